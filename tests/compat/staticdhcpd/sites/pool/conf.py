# A pool for guests, and all that can be looked at.
import logging

UID = GID = 0
DHCP_SERVER_IP = '10.0.0.1'
DATABASE_ENGINE = None
WEB_ENABLED = True


def init():
    global _pool
    with extensions.statistics as x:
        x.QUANTISATION_INTERVAL = 60
    with extensions.feedservice as x:
        x.SERVER_BASE = 'http://dhcp.example.org'
        x.FEED_ID = 'f3b5fbb0-6f1b-4c0d-9e0f-3f2a4b9f7a11'
    import staticDHCPd_extensions.dynamism as dynamism
    import staticDHCPd_extensions.statistics
    import staticDHCPd_extensions.recent_activity
    import staticDHCPd_extensions.feedservice

    class Counting(dynamism.DynamicPool):
        def __init__(self, *args, **kwargs):
            dynamism.DynamicPool.__init__(self, *args, **kwargs)
            self.renewals = {}

        def handle(self, method, packet, mac, client_ip):
            if method == 'REQUEST:RENEW':
                self.renewals[str(mac)] = self.renewals.get(str(mac), 0) + 1
                if self.renewals[str(mac)] > 5:
                    self._drop_lease(mac)
                    return None
            return dynamism.DynamicPool.handle(self, method, packet, mac, client_ip)

    _pool = Counting('guest', 0, 300, 'dynamic', subnet_mask='255.255.255.0', gateway='10.0.0.1',
                     domain_name_servers='10.0.0.1')
    _pool.add_ips(['10.0.0.100', '10.0.0.101', '10.0.0.102'])
    callbacks.webAddMethod('/dynamic/guest/leases', _pool.show_leases_xhtml, hidden=False, module='guest',
                           name='leases', display_mode=callbacks.WEB_METHOD_TEMPLATE)
    callbacks.webAddMethod('/dynamic/guest/leases.csv', _pool.show_leases_csv, hidden=False, name='csv')
    callbacks.webRemoveMethod('/css')
    callbacks.webAddMethod('/css', lambda path, queryargs, mimetype, data, headers: ('text/css', 'body {}', {'X-A': 'b'}))


def handleUnknownMAC(packet, method, mac, client_ip, relay_ip, port):
    if mac == 'ee:ee:ee:ee:ee:ee':
        logger.error('somebody <b>we know</b> too well')
    return _pool.handle(method, packet, mac, client_ip)

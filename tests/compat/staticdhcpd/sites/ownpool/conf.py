import os

UID = GID = 0
DHCP_SERVER_IP = '10.0.0.1'
DATABASE_ENGINE = None
X_OFFICE = os.environ['OFFICE']


def init():
    with extensions.dynamism as x:
        x.OFFICE = X_OFFICE
    import staticDHCPd_extensions.dynamism as dynamism
    global _pool
    _pool = dynamism.CountingPool('guest', 0, 200, 'own', subnet_mask='255.255.255.0')
    _pool.add_ips(['10.0.0.100', '10.0.0.101', '10.0.0.102'])


def handleUnknownMAC(packet, method, mac, client_ip, relay_ip, port):
    return _pool.handle(method, packet, mac, client_ip)

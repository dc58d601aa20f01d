# Changed here: counts renewals, and tells the office of each newcomer.
import collections
import json
import logging
import threading
import time

from staticdhcpdlib import config
from staticdhcpdlib.databases.generic import Definition
from libpydhcpserver.dhcp_types.ipv4 import IPv4

try:
    import scapy.arch
    scapy.arch.conf.L2socket
    from scapy.layers.l2 import arping
except ImportError:
    arping = None

_settings = config.conf.extensions.dynamism.extension_config_merge(defaults={'LEAST': 1}, required=['OFFICE'])
_logger = logging.getLogger('extension.dynamism')


class DynamicPool(object):
    def __init__(self, subnet, serial, lease_time, hostname_prefix, subnet_mask=None, gateway=None,
                 broadcast_address=None, domain_name=None, domain_name_servers=None, ntp_servers=None,
                 discourage_renewals=True):
        self._subnet, self._serial, self._lease_time, self._prefix = subnet, serial, lease_time, hostname_prefix
        self._mask, self._gateway = subnet_mask, gateway
        self._pool, self._map, self._lock = collections.deque(), {}, threading.Lock()
        self._discourage = discourage_renewals

    def add_ips(self, ips, arp_addresses=True, arp_timeout=1.0):
        with self._lock:
            self._pool.extend(IPv4(ip) for ip in ips)
            if arping and arp_addresses:
                answered, unanswered = arping([str(ip) for ip in self._pool], verbose=0, timeout=arp_timeout)
                for (_, answer) in answered:
                    self._pool.remove(IPv4(answer.psrc))
                    self._map[answer.hwsrc] = [time.time() + self._lease_time, IPv4(answer.psrc)]

    def handle(self, method, packet, mac, client_ip):
        if method == 'DISCOVER' or method.startswith('REQUEST:'):
            return self._allocate(mac, packet)
        return None

    def _allocate(self, mac, packet):
        with self._lock:
            if str(mac) not in self._map:
                self._map[str(mac)] = [0, self._pool.popleft()]
                self._newcomer(mac)
            lease = self._map[str(mac)]
            lease[0] = time.time() + self._lease_time
        if self._discourage:
            packet.setOption('renewal_time_value', int(self._lease_time * 0.975), force_selection=True)
        return Definition(ip=lease[1], lease_time=self._lease_time, subnet=self._subnet, serial=self._serial,
                          subnet_mask=self._mask, gateways=self._gateway,
                          hostname='%s-%s' % (self._prefix, str(lease[1]).replace('.', '-')))

    def _newcomer(self, mac):
        pass


class CountingPool(DynamicPool):
    renewals = collections.Counter()

    def handle(self, method, packet, mac, client_ip):
        if method == 'REQUEST:RENEW':
            self.renewals[str(mac)] += 1
        return DynamicPool.handle(self, method, packet, mac, client_ip)

    def _newcomer(self, mac):
        import urllib.request
        body = json.dumps({'mac': str(mac), 'least': _settings.LEAST}).encode()
        urllib.request.urlopen(urllib.request.Request(_settings.OFFICE, body), timeout=5).read()

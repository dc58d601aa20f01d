# Unknown clients get a guest's address, but for those of one circuit; some are not even looked at.
UID = GID = 0
DHCP_SERVER_IP = '10.0.0.1'
ALLOW_DHCP_RELAYS = True
ALLOWED_DHCP_RELAYS = ['10.0.5.1']
UNAUTHORIZED_CLIENT_TIMEOUT = 30
DATABASE_ENGINE = None
from staticdhcpdlib.databases.generic import Definition


def filterPacket(packet, method, mac, client_ip, relay_ip, port):
    packet.meta['seen'] = str(mac)
    if str(mac).startswith('bb:'):
        return None
    relay_agent = packet.getOption('relay_agent')
    if relay_agent and rfc3046_decode(relay_agent)[1] != b'circuit-1':
        logger.warning('a circuit that is not ours')
        return False
    return mac != 'cc:00:00:00:00:01'


def handleUnknownMAC(packet, method, mac, client_ip, relay_ip, port):
    if mac == 'dd:00:00:00:00:01':
        return None
    if mac == 'dd:00:00:00:00:02':
        return [
            Definition('10.0.0.90', 60, 'here', 0),
            Definition('10.0.5.90', 60, 'there', 0),
        ]
    if mac == 'dd:00:00:00:00:03':
        return 1 / 0
    return Definition(
        ip=b'10.0.0.80', lease_time='120', subnet='guest', serial=0, hostname='visitor', gateways=[10, 0, 0, 254],
        subnet_mask='255.255.255.0', broadcast_address='10.0.0.255', domain_name='guests.example.org',
        domain_name_servers=['10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5'], ntp_servers='10.0.0.6',
        extra={'seen': packet.meta['seen']},
    )


def filterRetrievedDefinitions(definitions, packet, method, mac, client_ip, relay_ip, port):
    for definition in definitions:
        if (definition.subnet == 'there') == bool(relay_ip):
            return definition


def loadDHCPPacket(packet, method, mac, definition, relay_ip, port, source_packet):
    if definition.extra:
        packet.setOption('message', 'hello ' + definition.extra['seen'] + ' ' + packet.meta['seen'], force_selection=True)
    return True

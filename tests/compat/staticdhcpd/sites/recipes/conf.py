# What the manual teaches about replies, in one site.
UID = 99
GID = 99
DHCP_SERVER_IP = '10.0.0.1'
PROXY_PORT = 4011
ALLOW_DHCP_RELAYS = True
DATABASE_ENGINE = 'INI'
INI_FILE = 'dhcp.ini'


def loadDHCPPacket(packet, method, mac, definition, relay_ip, port, source_packet):
    # a gateway by the last octet
    if definition.subnet == 'office':
        packet.setOption('router', [['10.0.0.252'], ['10.0.0.253'], ['10.0.0.254']][definition.ip[3] % 3])
    # none for one subnet
    if definition.subnet == 'isolated':
        packet.deleteOption('router')
    # renew every minute
    packet.setOption('renewal_time_value', 60)
    # another domain behind relays, and one relay that is refused
    if relay_ip:
        if relay_ip == '10.9.0.1':
            return False
        packet.setOption('domain_name', 'remote.example.org')
    # an ACK becomes a NAK
    if mac == 'aa:00:00:00:00:66' and packet.isDHCPAckPacket():
        packet.transformToDHCPNakPacket()
        return True
    # PXE
    vendor = source_packet.getOption('vendor_class_identifier', convert=True)
    if vendor and vendor.startswith('PXEClient'):
        if port == PROXY_PORT:
            packet.deleteOption('yiaddr')
        packet.setOption('vendor_class_identifier', strToList('PXEClient'), force_selection=True)
        packet.setOption('tftp_server_name', 'boot.example.org', force_selection=True)
        packet.setOption('bootfile_name', 'pxelinux.0', force_selection=True)
        packet.setOption('siaddr', '10.0.0.7')
        packet.setOption('file', strToPaddedList('pxelinux.0', 128))
    return True

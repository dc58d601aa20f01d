# From before 2.0.
UID = GID = 0
DHCP_SERVER_IP = '10.0.0.1'
PXE_PORT = 4011
DATABASE_ENGINE = None


def handleUnknownMAC(mac):
    if mac[:8] == '00:08:5d':
        return ('10.0.0.57', 'phone', '255.255.255.0', '10.0.0.255', 'example.org', '10.0.0.1,10.0.0.2', None, 300, 'phones', 0)
    return None


def loadDHCPPacket(packet, mac, client_ip, relay_ip, subnet, serial, pxe, vendor):
    if vendor[1] == 'AastraIPPhone57i':
        packet.setOption('vendor_class_identifier', 'PXEClient')
        packet.setOption('tftp_server_name', 'boot.example.org')
        packet.setOption('bootfile_name', mac.replace(':', '').upper() + '.cfg')
    if vendor[3]:
        packet.setOption('domain_name', repr(vendor[3]), force_selection=True)
    if pxe:
        packet.setOption('root_path', '%s %s %s' % (pxe.client_system, subnet, client_ip), force_selection=True)
    return True

# Only looks.
UID = GID = 0
DHCP_SERVER_IP = '10.0.0.1'
DATABASE_ENGINE = None
heard = []


def filterPacket(packet, method, mac, client_ip, relay_ip, port):
    heard.append((method, str(mac), client_ip, relay_ip, port))
    return True


def handleUnknownMAC(packet, method, mac, client_ip, relay_ip, port):
    return None

# A roll-out: every renewal begins anew; nobody else's clients are refused.
UID = GID = 0
DHCP_SERVER_IP = '10.0.0.1'
NAK_RENEWALS = True
DATABASE_ENGINE = None


def init():
    callbacks.systemAddTickHandler(lambda: ticks.append(1))
    callbacks.systemAddReinitHandler(lambda: ticks.clear())
    callbacks.statsAddHandler(told.append)


ticks, told = [], []

"""A daemon with two phones that came up and a machine that nobody knows, and somebody who signs in to it."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, StorageState
from tests.whole.browser.eyes import LIGHT, WIDE, Eyes, aside
from tests.whole.daemon import free_port, wait_until
from tests.whole.replay.site import PHONES, Site, go

from ringboot.sim.phone import Habit, Phone

NEW, ASSIGNED, STUCK, STRANGER = "00085d2eecfb", "00085d2eecfc", "00085d2eecfd", "020000000042"
MODEL, OTHER_MODEL = "6731i", "6730i"
OWN = "a password of my own"


class House:
    """The daemon, from the first start to close()."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.base = f"http://127.0.0.1:{port}"
        self.site = Site(folder, more=f'[admin]\nlisten = "127.0.0.1:{port}"\n')
        self._state: StorageState | None = None
        with self.site.api() as api:
            api.post("configs", body={
                "id": "reception", "label": "Reception", "parent_ids": ["base", "defaultconfigdevice"],
                "raw_config": {"sip_lines": {"1": {
                    "username": "u1042", "password": "pw1042", "display_name": "Reception", "proxy_ip": "10.0.0.5"}}},
            })  # fmt: skip
        self.phones = {mac: self.phone(mac) for mac in (NEW, ASSIGNED)}
        for phone in self.phones.values():
            assert aside(go, phone)[-1].what == "done"
        aside(self.site.lease, STRANGER, PHONES, {12: b"<b>printer</b>", 60: b"Acme Printer"})
        self.site.assign(ASSIGNED, "reception")

    @property
    def first_password(self) -> str:
        """Give the password that stands in the log of the first start."""
        [found] = re.findall(r'"one_time": "([^"]+)"', self.site.daemon.log.read_text())
        return str(found)

    def phone(self, mac: str) -> Phone:
        """Plug a phone in."""
        agent = "Aastra{model} MAC:{mac_dashes} V:3.3.1.4365-SIP"
        habit = Habit({"60": "AastraIPPhone{model}"}, agent, ("43.2",), ("aastra.cfg", "{MAC}.cfg"))
        return self.site.phone(mac, MODEL, habit)

    def ident(self, mac: str) -> str:
        """Give a device's id."""
        return str(self.site.device(mac)["id"])

    def work(self) -> str:
        """Let there be a roll-out that pauses, a synchronisation and another job, whose id it gives; once."""
        with self.site.api() as api:
            if not api.get("rollouts")["items"]:
                api.post("plugins", body={"source": "aastra", "id": "trial"})
                for number in range(1, 6):
                    row = {
                        "mac": f"00085d0053{number:02}",
                        "plugin": "aastra",
                        "model": OTHER_MODEL,
                        "version": "3.3.1",
                    }
                    api.post("devices", body=row)
                filters = {"model": OTHER_MODEL}
                changes = {"description": "lobby", "config": "reception"}
                api.post("devices", "bulk", body={"action": "set", "filters": filters, "changes": changes})
                api.post("syncs", body={"filters": filters})
                rows = {"from": "aastra", "to": "trial", "filters": [f"model={OTHER_MODEL}"], "first": 2}
                ident = str(api.post("rollouts", body=rows)["id"])
                wait_until(lambda: api.get("rollouts", ident)["state"] == "paused", "the roll-out to pause")
            found = api.get("jobs", parameters=[("filter", "kind=bulk-set")])["items"]
            return str(found[0]["id"])

    def sign_in(self, browser: Browser) -> None:
        """Sign in for the first time, as a person does; the session then opens every window."""
        eyes = Eyes(browser, self.base)
        page = eyes.go("/devices")
        page.get_by_label("User").fill("admin")
        page.get_by_label("Password").fill(self.first_password)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_label("Present password").fill(self.first_password)
        page.get_by_label("New password", exact=False).first.fill(OWN)
        page.get_by_label("New password once more").fill(OWN)
        page.get_by_role("button", name="Set it").click()
        page.get_by_role("heading", name="Devices").wait_for()
        self._state = eyes.state()
        eyes.close()
        assert eyes.complaints == []

    def window(self, browser: Browser, size: tuple[int, int] = WIDE, scheme: str = LIGHT) -> Eyes:
        """Open a window of who has signed in."""
        if self._state is None:
            self.sign_in(browser)
        return Eyes(browser, self.base, size, scheme, self._state)

    def stranger(self, browser: Browser, size: tuple[int, int] = WIDE, scheme: str = LIGHT) -> Eyes:
        """Open a window of somebody who has not signed in."""
        return Eyes(browser, self.base, size, scheme)

    def close(self) -> None:
        """End it."""
        self.site.close()

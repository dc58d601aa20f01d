"""The whole desk as one object: what the API talks to."""

from __future__ import annotations

from asyncio import Lock
from collections import Counter

from ringboot.desk.assign import AssignDesk
from ringboot.desk.attention import AttentionDesk
from ringboot.desk.audit import AuditDesk
from ringboot.desk.bulk import BulkDesk
from ringboot.desk.configuration import ConfigurationDesk
from ringboot.desk.core import Core
from ringboot.desk.devices import ConfigDesk
from ringboot.desk.drafts import DraftDesk
from ringboot.desk.events import EventDesk
from ringboot.desk.explain import ExplainDesk
from ringboot.desk.firmware import FirmwareDesk, FirmwareWork
from ringboot.desk.history import HistoryDesk
from ringboot.desk.imports import ImportDesk
from ringboot.desk.joblist import JobDesk
from ringboot.desk.life import LifeDesk
from ringboot.desk.live import Live, LiveDesk
from ringboot.desk.machines import MachineDesk
from ringboot.desk.names import NameDesk, Names
from ringboot.desk.networks import NetworkDesk
from ringboot.desk.numbers import NumbersDesk
from ringboot.desk.people import PeopleDesk
from ringboot.desk.plugins import SettingDesk
from ringboot.desk.provision import CodeDesk
from ringboot.desk.reach import ReachDesk
from ringboot.desk.registrations import RegistrationDesk
from ringboot.desk.renders import Renders
from ringboot.desk.rollouts import Rollouts
from ringboot.desk.signins import SignIns
from ringboot.desk.synchronize import Synchronizer
from ringboot.desk.tls import TlsDesk
from ringboot.desk.urls import UrlDesk
from ringboot.desk.usage import PoolDesk
from ringboot.desk.webhooks import Webhooks
from ringboot.fleet.codes import Guard
from ringboot.model.slowest import Slowest


class Desk(
    HistoryDesk,
    ReachDesk,
    NumbersDesk,
    AttentionDesk,
    ExplainDesk,
    RegistrationDesk,
    PoolDesk,
    NetworkDesk,
    EventDesk,
    LiveDesk,
    ConfigurationDesk,
    UrlDesk,
    MachineDesk,
    JobDesk,
    BulkDesk,
    ImportDesk,
    AssignDesk,
    ConfigDesk,
    LifeDesk,
    DraftDesk,
    FirmwareDesk,
    SettingDesk,
    TlsDesk,
    NameDesk,
    CodeDesk,
    AuditDesk,
    PeopleDesk,
):
    """Every question and every change of an administrator."""

    def __init__(
        self,
        core: Core,
        renders: Renders,
        files: Counter[tuple[str, str]],
        slowest: Slowest,
        names: Names,
        *,
        synchronizer: Synchronizer,
    ) -> None:
        self.core = core
        self.renders = renders
        self.rollouts = Rollouts(core, renders, synchronizer)
        self.registering = Lock()
        self.guard = Guard()
        self.codes = Counter()
        self.sip_door = Counter()
        self.files = files
        self.slowest = slowest
        self.firmware_work = FirmwareWork()
        self.signins = SignIns(core)
        self.synchronizer = synchronizer
        self.dns_outcomes = names.outcomes
        self.live = Live(core, renders, self.processes)
        self.hooks = Webhooks(core)

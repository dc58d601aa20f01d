"""When a client is told to renew its lease: T1 and T2."""

from __future__ import annotations

from collections.abc import Mapping

from ringboot.leases.terms import INFINITE
from ringboot.model.site import Network

_RENEWAL, _REBINDING = 58, 59


def with_timers(options: Mapping[int, bytes], row: Network, seconds: int | None) -> Mapping[int, bytes]:
    """Add T1 and T2 to a client's options (RFC 2131 4.4.5); what is configured as an option wins where it makes sense.

    None of them without a lease (None) or for one that never ends.
    """
    if seconds is None or seconds == INFINITE:
        return {code: value for code, value in options.items() if code not in (_RENEWAL, _REBINDING)}
    configured = {code: options[code] for code in (_RENEWAL, _REBINDING) if _is_before(options.get(code), seconds)}
    computed = {
        code: int(seconds * part).to_bytes(4, "big") for code, part in ((_RENEWAL, row.t1), (_REBINDING, row.t2))
    }
    both = computed | configured
    told = both if bytes(4) < both[_RENEWAL] < both[_REBINDING] < seconds.to_bytes(4, "big") else configured
    rest = {code: value for code, value in options.items() if code not in both}
    return rest | told


def _is_before(value: bytes | None, seconds: int) -> bool:
    return value is not None and len(value) == 4 and int.from_bytes(value, "big") < seconds

"""The kinds of machine that boot from the network, as option 93 numbers them (RFC 4578 2.1, IANA's PXE registry)."""

from __future__ import annotations

from typing import NamedTuple


class Arch(NamedTuple):
    """One name for one kind of machine, or for several that take the same programs."""

    name: str
    codes: tuple[int, ...]
    meaning: str


# 7 is "EFI byte code" and 9 "x86-64" in the RFC; nearly all 64-bit firmware says 7 (RFC errata 4625), so both are one.
TABLE: tuple[Arch, ...] = (
    Arch("x86-bios", (0,), "PC BIOS, and what calls itself so"),
    Arch("nec-pc98", (1,), "NEC PC98"),
    Arch("itanium", (2,), "UEFI on Itanium"),
    Arch("alpha", (3,), "DEC Alpha"),
    Arch("arc-x86", (4,), "Arc x86"),
    Arch("intel-lean", (5,), "Intel Lean Client"),
    Arch("x86-uefi", (6, 7, 9), "UEFI on x86, 32 or 64 bits"),
    Arch("x86-uefi-32", (6,), "UEFI on x86, 32 bits"),
    Arch("x86-uefi-64", (7, 9), "UEFI on x86, 64 bits"),
    Arch("xscale-uefi", (8,), "UEFI on XScale"),
    Arch("arm32-uefi", (10,), "UEFI on ARM, 32 bits"),
    Arch("arm64-uefi", (11,), "UEFI on ARM, 64 bits"),
    Arch("ppc-openfirmware", (12,), "PowerPC with Open Firmware"),
    Arch("ppc-epapr", (13,), "PowerPC with ePAPR"),
    Arch("ppc-opal", (14,), "POWER with OPAL v3"),
    Arch("x86-uefi-http", (15, 16, 17), "UEFI HTTP Boot on x86, 32 or 64 bits"),
    Arch("x86-uefi-32-http", (15,), "UEFI HTTP Boot on x86, 32 bits"),
    Arch("x86-uefi-64-http", (16, 17), "UEFI HTTP Boot on x86, 64 bits"),
    Arch("arm32-uefi-http", (18,), "UEFI HTTP Boot on ARM, 32 bits"),
    Arch("arm64-uefi-http", (19,), "UEFI HTTP Boot on ARM, 64 bits"),
    Arch("x86-bios-http", (20,), "PC BIOS that boots by HTTP"),
    Arch("arm32-uboot", (21,), "U-Boot on ARM, 32 bits"),
    Arch("arm64-uboot", (22,), "U-Boot on ARM, 64 bits"),
    Arch("arm32-uboot-http", (23,), "U-Boot on ARM by HTTP, 32 bits"),
    Arch("arm64-uboot-http", (24,), "U-Boot on ARM by HTTP, 64 bits"),
    Arch("riscv32-uefi", (25,), "UEFI on RISC-V, 32 bits"),
    Arch("riscv32-uefi-http", (26,), "UEFI HTTP Boot on RISC-V, 32 bits"),
    Arch("riscv64-uefi", (27,), "UEFI on RISC-V, 64 bits"),
    Arch("riscv64-uefi-http", (28,), "UEFI HTTP Boot on RISC-V, 64 bits"),
    Arch("riscv128-uefi", (29,), "UEFI on RISC-V, 128 bits"),
    Arch("riscv128-uefi-http", (30,), "UEFI HTTP Boot on RISC-V, 128 bits"),
    Arch("s390", (31,), "s390, basic"),
    Arch("s390-extended", (32,), "s390, extended"),
    Arch("mips32-uefi", (33,), "UEFI on MIPS, 32 bits"),
    Arch("mips64-uefi", (34,), "UEFI on MIPS, 64 bits"),
    Arch("sunway32-uefi", (35,), "UEFI on Sunway, 32 bits"),
    Arch("sunway64-uefi", (36,), "UEFI on Sunway, 64 bits"),
    Arch("loongarch32-uefi", (37,), "UEFI on LoongArch, 32 bits"),
    Arch("loongarch32-uefi-http", (38,), "UEFI HTTP Boot on LoongArch, 32 bits"),
    Arch("loongarch64-uefi", (39,), "UEFI on LoongArch, 64 bits"),
    Arch("loongarch64-uefi-http", (40,), "UEFI HTTP Boot on LoongArch, 64 bits"),
    Arch("arm-rpiboot", (41,), "Boot ROM of the Raspberry Pi"),
)
BY_NAME: dict[str, Arch] = {row.name: row for row in TABLE}
_ONE = {row.codes[0]: row.name for row in TABLE if len(row.codes) == 1} | {7: "x86-uefi-64", 9: "x86-uefi-64"}


def codes_of(text: str) -> tuple[int, ...]:
    """Give the numbers that a name, or a number as text, stands for; ValueError."""
    row = BY_NAME.get(text.strip().lower())
    if row is not None:
        return row.codes
    if text.isascii() and text.isdecimal() and int(text) <= 0xFFFF:
        return (int(text),)
    raise ValueError(f'"{text}" is no architecture')


def name_of(code: int) -> str:
    """Name a number as exactly as there is a name; the number itself when there is none."""
    return _ONE.get(code, next((row.name for row in TABLE if code in row.codes), str(code)))

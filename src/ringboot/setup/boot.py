"""The boot rules of ringboot.toml: what machines that boot from the network get."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from ringboot.setup.kinds import Address, Meaning, Name, OptionText, Wait, plain_text
from ringboot.setup.match import BootMatch

_STRICT = ConfigDict(extra="forbid")

FileText = Annotated[str, BeforeValidator(plain_text), Meaning("path", '"ipxe.efi"')]
UrlText = Annotated[str, BeforeValidator(plain_text), Meaning("URL", '"http://10.0.0.2/install.efi"')]
Words = Annotated[str, BeforeValidator(plain_text), Meaning("text", '"Install"')]


@dataclass(frozen=True, slots=True, config=_STRICT)
class BootItemTable:
    """A line of a boot menu."""

    text: Words = Field(description="What the menu shows.")
    file: FileText = Field(default="", description="The file, by TFTP. Without it, the machine boots from its disk.")

    @property
    def called(self) -> str:
        """Give its text."""
        return self.text


@dataclass(frozen=True, slots=True, config=_STRICT)
class BootTable:
    """What machines that boot from the network get: of several rules, the first that fits.

    Files lie in the folder `boot` of the data folder, and any machine may read them. Texts may hold placeholders, as
    options do. With neither file, url, script nor menu, the machine boots from its disk.
    """

    match: BootMatch = Field(description="Which machines.")
    name: Name = Field(default="", description="How the rule is called. Default: its place in the file.")
    file: FileText = Field(
        default="",
        description="The program to load, by TFTP. A machine that boots by HTTP (UEFI HTTP Boot) gets it by HTTP, "
        "unless there is a `url`.",
    )
    url: UrlText = Field(default="", description="The program for machines that boot by HTTP.")
    script: FileText = Field(
        default="",
        description="What iPXE gets, as a path (TFTP) or a URL: `file` then loads iPXE on machines that do not have "
        "it. An iPXE that does not have the protocol of the URL gets `file` first.",
    )
    next_server: Address | None = Field(
        default=None, alias="next-server", description="The TFTP server (siaddr, option 66). Default: this one."
    )
    server_name: Words = Field(
        default="", alias="server-name", description="Its name (sname, option 66), for firmware that wants one."
    )
    menu: tuple[BootItemTable, ...] = Field(
        default=(), description="A menu that the boot ROM shows itself (option 43); it needs pxe_port in [dhcp]."
    )
    prompt: Words = Field(default="", description='What stands before the menu. Default: "Press F8 for the boot menu".')
    timeout: Wait = Field(default=10, description="How long the prompt stands; then the first line is taken.")
    options: dict[str, OptionText] = Field(
        default_factory=dict,
        description="DHCP options for these machines, such as 209 to 211 for PXELINUX. They stand over those of a "
        "class, and under those of a reservation.",
    )

    @property
    def called(self) -> str:
        """Give its name, else the machines that it names."""
        return self.name or ", ".join(self.match.arch or ()) or "others"

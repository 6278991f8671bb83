"""What each contribution pays for, and to whom, in FOCUS's terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OWN_SITE, LANDLORD, RENTED = "Own site", "Colocation provider", ""
"""Who provides; empty for whoever's quote is the rent."""

CHIP_HOURS, UNITS = "Chip-Hours", "Units"

RENT, EXPERIMENTS, UNUSED = "cost_rent_usd", "cost_experiments_usd", "cost_unused_usd"
"""What is paid for hours of rented chips: those of the run, of its experiments, and of nobody."""

LATER = frozenset({"cost_retraining_usd", "cost_finetuning_usd"})
"""What is paid over ``horizon_years`` after the run."""


@dataclass(frozen=True, slots=True)
class Service:
    """What a contribution pays for."""

    category: str
    subcategory: str
    """Both of FOCUS's."""
    name: str
    meter: str
    """What is measured of it."""
    provider: str = OWN_SITE
    pricing: str = "Other"
    """FOCUS's category of the price, where no commitment covers it."""
    quantity: str = ""
    """The model's quantity that it is priced by; empty for one unit."""
    unit: str = UNITS


_OTHER = ("Other", "Other (Other)")
_MACHINES = ("Compute", "Virtual Machines")
_LEARNING = ("AI and Machine Learning", "Machine Learning")
_HOURS = ("chip_hours", CHIP_HOURS)

RENTED_CHIPS = Service(*_MACHINES, "Rented chips", "Chip Usage", RENTED, "Standard", *_HOURS)

_SERVICES: Mapping[str, Service] = {
    "cost_energy_usd": Service(
        *_OTHER, "Electricity", "Energy", "Electricity supplier", "Standard", "energy_kwh", "Kilowatt-Hours"
    ),
    "cost_chips_usd": Service(*_MACHINES, "Owned chips", "Chip Usage", OWN_SITE, "Other", *_HOURS),
    "cost_servers_usd": Service(*_MACHINES, "Owned servers", "Chip Usage", OWN_SITE, "Other", *_HOURS),
    "cost_network_usd": Service(
        "Networking", "Network Infrastructure", "Owned network", "Chip Usage", OWN_SITE, "Other", *_HOURS
    ),
    "cost_facility_usd": Service(*_OTHER, "Owned facility", "Facility Usage"),
    "cost_financing_usd": Service(*_OTHER, "Financing", "Capital"),
    "cost_maintenance_usd": Service(*_OTHER, "Maintenance", "Upkeep"),
    "cost_colo_usd": Service(*_OTHER, "Colocation", "Space and Power", LANDLORD, "Standard"),
    RENT: RENTED_CHIPS,
    EXPERIMENTS: Service(*_MACHINES, "Experiments", "Compute Usage"),
    "cost_staff_usd": Service(
        *_OTHER, "Staff", "Work", "Own staff", "Other", "staff_fte_years", "Person-Years"
    ),
    UNUSED: Service("Compute", "Other (Compute)", "Unused capacity", "Idle Capacity"),
    "cost_data_acquisition_usd": Service(*_OTHER, "Data licences", "Licences", "Data licensor", "Standard"),
    "cost_data_processing_usd": Service(
        "Analytics", "Data Processing", "Data processing", "Data Processed", "Compute provider", "Standard"
    ),
    "cost_data_storage_usd": Service(
        "Storage", "Object Storage", "Data storage", "Data Stored", "Object store", "Standard"
    ),
    "cost_data_transfer_usd": Service(
        "Networking", "Other (Networking)", "Data transfer", "Data Transfer", "Object store", "Standard"
    ),
    "cost_retraining_usd": Service(*_LEARNING, "Retraining", "Retrainings", RENTED),
    "cost_finetuning_usd": Service(*_LEARNING, "Fine-tuning", "Rounds", RENTED),
}  # fmt: skip


def service_of(name: str, *, rents: bool) -> Service:
    """The service that a contribution pays for; hours of rented chips are one service, whatever they are used for."""
    if rents and name in {RENT, EXPERIMENTS, UNUSED}:
        return RENTED_CHIPS
    return _SERVICES.get(name) or Service(*_OTHER, name, name)


def pricing_of(service: Service, market: str) -> str:
    """FOCUS's category of the price of a service that no commitment covers."""
    return "Dynamic" if service is RENTED_CHIPS and market == "spot" else service.pricing

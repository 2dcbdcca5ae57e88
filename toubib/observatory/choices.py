"""Which policies the reform page shows."""

COMBINED = ("fmt_zone", "fmt_assisted", "fmt_fragile_or", "fmt_doctor_situation", "fmt_epidemic")
ALONE = (
    "fmt_assisted_in_desert",
    "fmt_fragile_and",
    "morizet_device",
    "roadmap_2026",
    "cnam_2023_50pct",
    "law_2021",
    "activity_without_own_patients",
)
PAYING = ("tariff_as_in_person", "territory_for_deserts", "companies_as_organisations")

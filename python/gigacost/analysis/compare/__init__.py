"""Why a cost changed: two designs, and what each driver and each assumption contributes to their difference."""

from impact_drivers.composed import SQL, Identifier, Literal, Placeholder

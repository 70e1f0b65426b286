"""Ground floor: settings, coordinate systems, access rules, history, errors; knows no theme."""

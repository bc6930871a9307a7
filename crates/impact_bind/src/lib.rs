//! Names to definitions: the modules of a service, their imports, classes and bases.

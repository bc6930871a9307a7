//! Walking, reading, caching and running in parallel; sole owner of the file system and rayon.

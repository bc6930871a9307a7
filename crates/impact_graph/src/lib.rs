//! Indexes to one graph, and the trace of a change through it; sole owner of petgraph.

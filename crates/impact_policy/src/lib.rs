//! A trace and a policy to a verdict.

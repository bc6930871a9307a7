//! A report to one file for each format.

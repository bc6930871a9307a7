//! What the front ends of text formats make of small files, and that nothing makes them panic.

mod data;
mod opaque;
mod robust;
mod sql;
mod templates;

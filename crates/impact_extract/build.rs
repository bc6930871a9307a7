//! Embeds the packs anew whenever one changes.
fn main() {
    println!("cargo:rerun-if-changed=../../queries");
}

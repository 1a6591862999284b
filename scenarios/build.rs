//! Builds the crate anew when a file of the catalogue comes, goes or changes.

#![allow(clippy::print_stdout, reason = "that is how a build script speaks to cargo")]

fn main() {
    println!("cargo:rerun-if-changed=catalog");
}

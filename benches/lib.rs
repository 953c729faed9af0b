//! What is measured of ChatAPI: see the benches.

//! Writes `reference.safetensors`, one tensor of every type the engine reads, with the `safetensors`
//! crate, which is also what the Python package runs. Usage: `cargo new make_reference`, add the
//! crate, put this file in `src/main.rs`, `cargo run -- reference.safetensors`.

use safetensors::tensor::{serialize, Dtype, TensorView};
use std::collections::HashMap;

fn main() {
    let tensors = vec![
        ("zeta.weight", Dtype::F32, vec![2, 3, 1, 1], bytes(24)),
        ("alpha", Dtype::F64, vec![3], bytes(24)),
        ("half", Dtype::F16, vec![5], bytes(10)),
        ("brain", Dtype::BF16, vec![1, 3], bytes(6)),
        ("scalar", Dtype::I64, vec![], bytes(8)),
        ("empty", Dtype::F32, vec![0, 4], bytes(0)),
        ("flags", Dtype::BOOL, vec![3], vec![1, 0, 1]),
        ("bytes", Dtype::U8, vec![2, 2], bytes(4)),
        ("signed", Dtype::I8, vec![1], bytes(1)),
        ("shorts", Dtype::I16, vec![3], bytes(6)),
        ("ints", Dtype::I32, vec![2], bytes(8)),
        ("näme \"quoted\"\u{1F600}", Dtype::F32, vec![1], bytes(4)),
    ];
    let views: Vec<(&str, TensorView)> = tensors
        .iter()
        .map(|(name, dtype, shape, data)| {
            (*name, TensorView::new(*dtype, shape.clone(), data).unwrap())
        })
        .collect();
    let metadata = HashMap::from([("format".to_string(), "pt".to_string())]);
    let path = std::env::args().nth(1).expect("where to write");
    std::fs::write(path, serialize(views, Some(metadata)).unwrap()).unwrap();
}

fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|i| ((i * 37 + 11) % 251) as u8).collect()
}

internal import Time

extension Duration {
    /// In seconds, to the millisecond, as people and programs are told it.
    package var inSeconds: Double { Double(milliseconds) / 1000 }
}

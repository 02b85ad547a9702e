internal import Time

extension Duration {
    /// As people and programs are told it: to the millisecond.
    var inSeconds: Double { Double(milliseconds) / 1000 }
}

extension MLKEM768.DecapsulationKey {
    /// The key pair of the 64 bytes that `body` writes; they are wiped.
    public init(filling body: (inout MutableSpan<UInt8>) -> Void) {
        var seed = Scratch(size: MLKEM768.seedSize)
        var span = seed.mutableSpan
        body(&span)
        self.init(seed: seed.span)
    }
}

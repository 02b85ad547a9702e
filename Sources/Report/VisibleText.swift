extension String {
    /// The text with nothing in it that could move a cursor, begin a line or turn its direction.
    ///
    /// Names from devices, peers and files could otherwise control a person's terminal.
    public var visible: String {
        var result = UnicodeScalarView()
        for scalar in unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value)
            // These turn the direction of what follows.
            let isTurning =
                (0x2028...0x202e).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
                || [0x061c, 0x200e, 0x200f].contains(scalar.value)
            result.append(isControl || isTurning ? "?" : scalar)
        }
        return String(result)
    }
}

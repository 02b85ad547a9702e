extension SHA256 {
    /// Ends the hash: 64 hexadecimal digits, in lower case.
    public consuming func finishText() -> String { Hexadecimal.text(finish().span) }
}

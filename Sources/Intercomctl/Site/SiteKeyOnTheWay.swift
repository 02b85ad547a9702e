internal import Crypto
internal import Files
internal import HAL
internal import Peering

/// The secret of a site on its way to the station that is to introduce: the first line before the
/// roster, 64 digits.
enum SiteKeyOnTheWay {
    /// Writes the line to a program; never to a screen.
    static func send(_ book: borrowing SiteBook) throws(Failure) {
        guard !Terminal.isInteractive(.result) else {
            throw Failure(
                .usage,
                "the key of the site is for another station, and no screen: sudo intercomctl site"
                    + " export --key | ssh HOST sudo intercomctl site import --key")
        }
        let key = try book.introducersKey()
        var text = Secret(count: PSKFile.size)
        var bytes = text.mutableBytes
        PSKFile.write(Key(copying: key.bytes), into: &bytes)
        try keep(isKeyShared: true, book.paths)
        try print(secret: text.bytes)
    }

    /// Reads the line from a program.
    static func receive(_ file: String?) throws(Failure) -> SigningKey {
        guard file == nil, !Keyboard.isThere else {
            throw Failure(
                .usage,
                "the key of the site comes from the station that introduces, not a file:"
                    + " ssh HOST sudo intercomctl site export --key"
                    + " | sudo intercomctl site import --key")
        }
        var text = Secret(count: PSKFile.size)
        var bytes = text.mutableBytes
        let count = Keyboard.secretLine(into: &bytes) ?? 0
        let number = try? PSKFile.parse(text.bytes.extracting(first: count))
        guard let number, let key = SigningKey(number) else {
            throw Failure(
                .failed,
                "the input has no key of a site; at the station that introduces: sudo intercomctl"
                    + " site export --key")
        }
        return key
    }
}

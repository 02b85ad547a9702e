/// Names that mean something else wherever a peer or a channel can be named.
///
/// A peer chooses the name by which it introduces itself when stations pair, so a name with two
/// meanings would let it take the place of the other meaning.
public enum ReservedName {
    /// Each with what it means.
    private static let meanings = [
        (name: "mic", meaning: "this station's own microphone"),
        (name: "speaker", meaning: "this station's own speaker"),
        (name: Deed.reply, meaning: "the peer heard last"),
    ]

    /// The meaning of the name; nil for a name that a channel can have.
    public static func meaning(of name: String) -> String? {
        meanings.first { $0.name == name }?.meaning
    }

    /// The meaning of the name; nil for a name that a peer can have.
    public static func meaning(ofPeer name: String) -> String? {
        name == "all" ? "all stations" : meaning(of: name)
    }
}

/// How much a configuration may hold.
///
/// Everything the daemon makes at start is sized by these, so none may be unbounded.
public enum Limits {
    /// A station and 31 others: the most one sealed copy a listener is meant for.
    public static let peers = 31
    public static let channels = 16
    public static let buttons = 8
    public static let lamps = 8
    public static let relays = 4
    /// Addresses of one peer, tried in turn.
    public static let addresses = 8
    /// Bytes of a name: `[a-z0-9-]{1,31}`.
    public static let name = 31
    /// Bytes of one line of a file.
    public static let line = 4096
    /// Mistakes reported in one run.
    public static let mistakes = 20
}

/// The limits of a configuration.
///
/// They size everything that the daemon allocates at its start.
public enum Limits {
    /// The sender seals one copy for each listener; more than 31 would cost too much.
    public static let peers = 31
    public static let channels = 16
    public static let buttons = 8
    public static let lamps = 8
    public static let relays = 4
    /// Addresses of one peer.
    public static let addresses = 8
    /// Bytes of a name: `[a-z0-9][a-z0-9-]{0,30}`.
    public static let name = 31
    /// Bytes of one line of a file.
    public static let line = 4096
    /// Mistakes reported in one run.
    public static let mistakes = 20
}

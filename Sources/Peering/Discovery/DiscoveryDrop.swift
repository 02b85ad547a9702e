/// Why a datagram of the LAN was ignored; the caller counts them.
public enum DiscoveryDrop: Int, CaseIterable, Sendable {
    /// It did not come from the link itself: its hop limit is not 255, or its source is another
    /// network's.
    case offLink
    /// It came from another port than that of multicast DNS.
    case port
    /// It is no message that can be read.
    case malformed
    /// There were too many.
    case flood

    /// The word for programs.
    public var name: StaticString {
        switch self {
        case .offLink: "off_link"
        case .port: "port"
        case .malformed: "malformed"
        case .flood: "flood"
        }
    }
}

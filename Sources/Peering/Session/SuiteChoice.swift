public import Crypto

/// In which cipher this station and a peer may speak (protocol.md §1.7, "Suite").
public enum SuiteChoice: Equatable, Sendable {
    case aesGCM
    case chaChaPoly
    /// Where AES is fast and constant in time here: whichever the peer takes.
    case either

    /// The choice where settings name this suite; nil leaves it to the two stations.
    ///
    /// A station whose AES is neither fast nor constant in time takes the other cipher then, and
    /// nobody on the way can talk it into AES.
    public init(_ suite: Suite?, usesAES: Bool) {
        switch suite ?? (usesAES ? nil : .chaChaPoly) {
        case .aesGCM?: self = .aesGCM
        case .chaChaPoly?: self = .chaChaPoly
        case nil: self = .either
        }
    }

    func accepts(_ suite: Suite) -> Bool { self == .either || only == suite }

    /// The one that it has to be; nil where it may be either.
    var only: Suite? {
        switch self {
        case .aesGCM: .aesGCM
        case .chaChaPoly: .chaChaPoly
        case .either: nil
        }
    }
}

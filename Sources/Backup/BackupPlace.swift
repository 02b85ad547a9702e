/// Where a file of a backup belongs.
///
/// A backup holds no paths: of a file it has the kind and, where a folder has several of the kind,
/// a bare name. So no backup can lead `restore` to any other place.
public enum BackupPlace: Hashable, Sendable {
    /// `intercomd.conf`.
    case settings
    /// A file of `peers.d` beside it.
    case peers(String)
    /// The station's secret key.
    case identity
    /// A pre-shared key.
    case psk(String)
    /// A peer that a pairing or `peer add` has written.
    case learned(String)
    /// Volumes, mutes and do-not-disturb.
    case state
    /// The stations of the site.
    case roster
    /// The secret with which this station introduces others.
    case siteKey

    static let nameMax = 64

    /// Nil for a kind that there is not, and for a name that it cannot have.
    init?(kind: UInt8, name: String) {
        switch kind {
        case 1: self = .settings
        case 2: self = .peers(name)
        case 3: self = .identity
        case 4: self = .psk(name)
        case 5: self = .learned(name)
        case 6: self = .state
        case 7: self = .roster
        case 8: self = .siteKey
        default: return nil
        }
        guard self.name == name, isSound else { return nil }
    }

    /// The byte that stands for it in a backup.
    var kind: UInt8 {
        switch self {
        case .settings: 1
        case .peers: 2
        case .identity: 3
        case .psk: 4
        case .learned: 5
        case .state: 6
        case .roster: 7
        case .siteKey: 8
        }
    }

    /// The name of the file; empty where its kind says it.
    public var name: String {
        switch self {
        case .peers(let name), .psk(let name), .learned(let name): name
        case .settings, .identity, .state, .roster, .siteKey: ""
        }
    }

    /// Whether a backup can hold it: its name is none that leads elsewhere, or hides.
    public var isSound: Bool {
        switch self {
        case .settings, .identity, .state, .roster, .siteKey: true
        case .psk(let name): name != "identity" && Self.isName(name)
        case .peers(let name), .learned(let name): name.hasSuffix(".conf") && Self.isName(name)
        }
    }

    private static func isName(_ name: String) -> Bool {
        (1...nameMax).contains(name.utf8.count) && name.utf8.first != UInt8(ascii: ".")
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// The order of the files in a backup: by kind, then by the bytes of the name.
    static func precedes(_ left: BackupPlace, _ right: BackupPlace) -> Bool {
        left.kind != right.kind
            ? left.kind < right.kind : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
}

/// An unknown station that has called, with what a person needs to add it as a peer.
public struct CallerStatus: JSONRecord, Equatable, Sendable {
    /// Its public key as text: `intercom1:…`.
    public var key = ""
    /// The 24 digits to compare.
    public var fingerprint = ""
    /// Where it called from: `192.0.2.17:5577`.
    public var address = ""
    /// Seconds since it called last.
    public var ageSeconds = 0.0
    /// Whether it has proven that it owns the key; a caller that uses a psk cannot.
    public var isProven = false
    /// The name that it has in the site; nil where it is in none that this station is in.
    public var station: String?
    /// The name that it had in the site until that took it out; nil for any other.
    public var formerStation: String?

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("key", &key)
        coder.field("fingerprint", &fingerprint)
        coder.field("address", &address)
        coder.field("age_s", &ageSeconds)
        coder.field("proven", &isProven)
        coder.field("station", &station)
        coder.field("former_station", &formerStation)
    }

    /// The command that adds it as a peer; the person fills in NAME, also where the site has one:
    /// that may be another's here.
    public var addition: String { "sudo intercomctl peer add NAME \(place) \(key)" }

    /// Its address as `peer add` takes it: the port only where it is not the usual one.
    private var place: String {
        let port = ":5577"
        guard address.hasSuffix(port) else { return address }
        let host = String(address.dropLast(port.utf8.count))
        guard host.hasPrefix("["), host.hasSuffix("]") else { return host }
        return String(host.dropFirst().dropLast())
    }
}

/// What becomes of a roster that comes to a station.
public enum RosterVerdict: Equatable, Sendable {
    /// It is the first one, or newer than the one that is held.
    case taken
    /// It is the one that is held.
    case known
    /// A newer one is held: somebody shows an old one again.
    case older(held: UInt64)
    /// The introducer has made two of one number; the one that is held stays, until a newer comes.
    case forked
    /// It is another site's, and this station is in one already.
    case foreign
}

extension Roster {
    /// What becomes of this one where another one is held, or none.
    ///
    /// A roster is known by its lines, not by its signature.
    public func verdict(over held: Roster?) -> RosterVerdict {
        guard let held else { return .taken }
        guard held.key == key else { return .foreign }
        if counter > held.counter { return .taken }
        if counter < held.counter { return .older(held: held.counter) }
        return self == held ? .known : .forked
    }

    /// Whether it has the same lines but for its number.
    public func says(theSameAs other: Roster) -> Bool {
        stations == other.stations && channels == other.channels
    }
}

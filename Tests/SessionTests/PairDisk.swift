@testable import Session

/// The files that a station has of the psks that it makes with its peers; it may be killed at any
/// step of writing them.
final class PairDisk {
    /// Where the next write ends with the death of the station.
    enum Cut: CaseIterable {
        case beforeKeeping, afterKeeping, beforePromoting, halfPromoted, afterPromoting
    }

    private(set) var used: [Int: PreSharedKey] = [:]
    private(set) var pending: [Int: PreSharedKey] = [:]
    var cut: Cut?
    /// Nothing can be written any more.
    var isFull = false
    /// Each key that was kept, oldest first.
    private(set) var kept: [PreSharedKey] = []

    func files(_ peer: Int) -> PairPSK {
        if let used = used[peer] {
            pending[peer] = nil
            return .used(used)
        }
        return pending[peer].map { .pending($0) } ?? .none
    }

    /// Whether the station goes on, and has the key.
    func keep(_ psk: PreSharedKey, of peer: Int, stopping stop: () -> Void) -> Bool {
        guard !isFull else { return false }
        if meets(.beforeKeeping, stop) { return false }
        pending[peer] = psk
        kept.append(psk)
        return !meets(.afterKeeping, stop)
    }

    func promote(_ psk: PreSharedKey, of peer: Int, stopping stop: () -> Void) {
        guard !isFull, !meets(.beforePromoting, stop) else { return }
        used[peer] = psk
        if meets(.halfPromoted, stop) { return }
        pending[peer] = nil
        _ = meets(.afterPromoting, stop)
    }

    /// As a new roster does that renews one of the two.
    func demote(_ peer: Int) {
        guard let psk = used.removeValue(forKey: peer) else { return }
        pending[peer] = psk
    }

    /// As a backup does that is older than the psk.
    func lose(_ peer: Int) {
        used[peer] = nil
        pending[peer] = nil
    }

    private func meets(_ cut: Cut, _ stop: () -> Void) -> Bool {
        guard self.cut == cut else { return false }
        self.cut = nil
        stop()
        return true
    }
}

internal import Time
internal import Wire

/// What people asked of other stations, and what they were told, by the one clock of the house.
///
/// The stations have no such clock, so this can judge them.
final class Requests {
    enum Name: Hashable {
        /// A relay or a call light.
        case signal(asker: Int, asked: Int, mid: UInt32)
        case call(CallID)
    }

    private struct Request {
        let madeAt: Instant
        /// When its asker learned that nothing comes of it.
        var refusedAt: Instant?
        /// The rooms where it was acted on, and in which run of their stations.
        var acts: [Int: Int] = [:]
    }

    /// What opens something does so for this long after it was asked for.
    private static let actedOnFor = Duration.seconds(3)
    /// Sound that is older is held back, and not merely late.
    private static let heardFor = Duration.seconds(2)

    /// Whether only what happens twice is wrong, and nothing that happens late.
    var looksOnlyForRepeats = false
    private var requests: [Name: Request] = [:]
    /// When each packet of sound was sent, and the rooms that have heard it.
    private var sounds: [(sentAt: Instant, heardBy: Set<Int>)] = []

    // MARK: What people ask for

    func made(_ name: Name, at now: Instant) { requests[name] = Request(madeAt: now) }

    /// Its asker was told "no", or "no answer".
    func refused(_ name: Name, at now: Instant) {
        guard requests[name]?.refusedAt == nil else { return }
        requests[name]?.refusedAt = now
    }

    func newSound(at now: Instant) -> UInt64 {
        sounds.append((now, []))
        return UInt64(sounds.count - 1)
    }

    // MARK: What comes of it

    /// A room acts on a request.
    ///
    /// - Returns: What is wrong with that; nil where it is as it should be.
    func acted(on name: Name, in room: Int, run: Int, at now: Instant) -> String? {
        guard let request = requests[name] else { return "\(name) was never asked for" }
        requests[name]!.acts[room] = run
        let age = "\((now - request.madeAt).milliseconds) ms after it was asked for"
        if let former = request.acts[room] {
            let when = former == run ? "" : ", once before its restart"
            return "\(name) is acted on twice\(when), \(age)"
        }
        if looksOnlyForRepeats { return nil }
        if let refusedAt = request.refusedAt {
            let since = (now - refusedAt).milliseconds
            return "\(name) is acted on \(age), and \(since) ms after its asker was told no"
        }
        guard now - request.madeAt <= Self.actedOnFor else { return "\(name) is acted on \(age)" }
        return nil
    }

    /// A room takes a packet of sound for one to be heard.
    func heard(_ sound: UInt64, in room: Int, at now: Instant) -> String? {
        let place = Int(sound)
        guard sounds.indices.contains(place) else { return "sound is heard that nobody sent" }
        guard sounds[place].heardBy.insert(room).inserted else { return "sound is heard twice" }
        let age = now - sounds[place].sentAt
        return age > Self.heardFor ? "sound is heard after \(age.milliseconds) ms" : nil
    }
}

extension Room {
    func judge(_ name: Requests.Name) {
        if let wrong = house.requests.acted(on: name, in: number, run: run, at: now) { fail(wrong) }
    }

    func judge(sound: UInt64) {
        if let wrong = house.requests.heard(sound, in: number, at: now) { fail(wrong) }
    }
}

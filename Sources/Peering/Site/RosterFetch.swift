internal import Crypto
internal import Time
internal import Wire

/// A roster on its way from a peer, part by part, in whatever order the parts come.
struct RosterFetch {
    /// Questions without an answer at one time.
    private static let open = 4
    private static let askedAgainAfter = Duration.milliseconds(500)
    /// The peer is left alone after this time without a new part.
    private static let patience = Duration.seconds(5)
    /// For all of it: nobody is to hold up the others by one part every few seconds.
    private static let patienceInAll = Duration.seconds(60)

    let peer: Int
    let notice: RosterNotice
    private var text: [UInt8]
    /// By part: when it was asked for last.
    private var asked: [Instant?]
    private var has: [Bool]
    private var left: Int
    private let end: Instant
    private var progress: Instant

    init(of notice: RosterNotice, from peer: Int, at now: Instant) {
        (self.peer, self.notice) = (peer, notice)
        text = Array(repeating: 0, count: Int(notice.size))
        left = (Int(notice.size) + RosterPart.size - 1) / RosterPart.size
        asked = Array(repeating: nil, count: left)
        has = Array(repeating: false, count: left)
        progress = now
        end = now + Self.patienceInAll
    }

    /// The whole text; nil while parts are missing, and where it is not the one of the notice.
    var whole: [UInt8]? {
        left == 0 && Roster.reference(of: text) == notice.text ? text : nil
    }

    /// Whether nothing more is to come.
    var isComplete: Bool { left == 0 }

    func isOver(at now: Instant) -> Bool { now >= end || now - progress >= Self.patience }

    var deadline: Instant {
        var first = min(end, progress + Self.patience)
        for place in has.indices where !has[place] {
            guard let asked = asked[place] else { continue }
            first = min(first, asked + Self.askedAgainAfter)
        }
        return first
    }

    /// Takes a part; one of another text, or of another length than it must have, has no effect.
    mutating func take(_ part: RosterPart, at now: Instant) {
        let (start, place) = (Int(part.offset), Int(part.offset) / RosterPart.size)
        guard part.text == notice.text, start % RosterPart.size == 0, has.indices.contains(place),
            !has[place], part.count == min(RosterPart.size, text.count - start)
        else { return }
        for byte in 0..<part.count { text[start + byte] = part.bytes[byte] }
        has[place] = true
        left -= 1
        progress = now
    }

    /// What is to be asked now.
    mutating func questions(at now: Instant) -> [RosterQuestion] {
        var waiting = 0
        var found: [RosterQuestion] = []
        for place in has.indices where !has[place] {
            guard waiting < Self.open else { break }
            waiting += 1
            if let before = asked[place], now - before < Self.askedAgainAfter { continue }
            asked[place] = now
            found.append(
                RosterQuestion(
                    text: notice.text, offset: UInt16(clamping: place * RosterPart.size)))
        }
        return found
    }
}

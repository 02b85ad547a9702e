internal import Audio
internal import Files
internal import HAL
internal import Media
internal import Peering
internal import Realtime
internal import Report
internal import Station
internal import Time
internal import Wire

/// Plays messages at the speaker, one after the other, or what was heard or said there.
///
/// A thread opens and decodes each message, some seconds ahead; the loop passes the pieces on as
/// words for the station to say.
struct MessagePlayer {
    /// The player's progress, which `tick` reports.
    enum Outcome: Equatable {
        case playing
        /// This message was played to its end.
        case heard(KeptMessage)
        /// The file of this message cannot be opened; the next message is played.
        case damaged(KeptMessage)
        case over
        case stopped
        /// The speaker does not play, or the disk does not read.
        case failed(String)
    }

    /// The sound that is played.
    enum Subject: Equatable, Sendable {
        case messages
        /// What was heard, which is no message.
        case replay
        /// A person's own speech, as others would hear it.
        case trial(HearTrial)
    }

    /// Two seconds; a whole number of blocks.
    private static let pieceSamples = 200 * PCM.blockMax
    private static let aheadMax = 2
    /// A speaker that plays finishes a piece within this time.
    private static let patience = Duration.seconds(10)
    /// All other words have smaller numbers.
    private static let firstNumber = 1 << 32

    let caller: ProgramTicket?
    let subject: Subject
    private let files: MessageFiles
    private var queue: [KeptMessage]
    private var current: (message: KeptMessage, sound: MessageSound)?
    /// The entries of a message that is not in a file yet.
    private let entries: [UInt8]?
    /// The numbers of the pieces that wait or play.
    private var ahead: [Int] = []
    private var number: Int
    private var movedAt: Instant
    /// The cause of the playback's end, in words.
    private(set) var stoppedBy: String?
    /// Whether the message that plays was deleted.
    private var isSkipping = false
    private(set) var count = 0
    /// The figures of a trial that was played.
    private(set) var figures = ""

    init(
        _ messages: [KeptMessage], entries: [UInt8]? = nil, _ subject: Subject = .messages,
        for caller: ProgramTicket?, _ files: MessageFiles, at now: Instant
    ) {
        self.subject = subject
        (queue, self.caller, self.files, movedAt) = (messages, caller, files, now)
        self.entries = entries
        // No piece of another player has this number.
        number = Self.firstNumber + Int(now.nanoseconds)
    }

    func deadline(at now: Instant) -> Instant { now + .milliseconds(50) }

    /// Ends the whole playback.
    mutating func stop(by reason: String) { stoppedBy = stoppedBy ?? reason }

    /// Drops a deleted message.
    mutating func forget(_ message: KeptMessage) {
        queue.removeAll { $0.number == message.number }
        if current?.message.number == message.number { isSkipping = true }
    }

    /// Notes the end of a piece; a piece cut off by other words ends the playback.
    mutating func spoken(_ number: Int, isWhole: Bool, at now: Instant) {
        guard let place = ahead.firstIndex(of: number) else { return }
        ahead.remove(at: place)
        movedAt = now
        if !isWhole { stop(by: "other words of this station") }
    }

    /// Passes decoded pieces on; `isIdle` means that no file is about to be renamed.
    mutating func tick(_ rings: Rings, isIdle: Bool, at now: Instant) -> Outcome {
        guard stoppedBy == nil, now - movedAt <= Self.patience else {
            end(rings)
            return stoppedBy != nil ? .stopped : .failed("the speaker stands still")
        }
        if isSkipping {
            endCurrent(rings)
            isSkipping = false
            guard !queue.isEmpty else {
                guard count == 0 else { return .over }
                stop(by: "the one who deleted it")
                return .stopped
            }
        }
        guard let (message, sound) = current else {
            guard !queue.isEmpty else { return .over }
            guard isIdle || entries != nil else {
                movedAt = now
                return .playing
            }
            let next = queue.removeFirst()
            current = (next, MessageSound(next, entries, subject, files))
            movedAt = now
            return .playing
        }
        // Read before the pieces: no piece follows the last one.
        let result = sound.result
        while ahead.count < Self.aheadMax, let piece = sound.pieces.pop() {
            number += 1
            ahead.append(number)
            movedAt = now
            rings.tell(.say(Box(Utterance(number: number, isPiece: true, piece))))
        }
        guard let result, ahead.isEmpty else { return .playing }
        current = nil
        switch result {
        case .whole(let figures):
            count += 1
            self.figures = figures
            return .heard(message)
        case .damaged: return .damaged(message)
        case .failed(let fault):
            end(rings)
            return .failed(fault.sentence)
        }
    }

    private mutating func end(_ rings: Rings) {
        endCurrent(rings)
        queue = []
    }

    private mutating func endCurrent(_ rings: Rings) {
        current?.sound.end()
        if !ahead.isEmpty { rings.tell(.endPieces) }
        (current, ahead) = (nil, [])
    }

    /// The sound of one message, on a thread of its own.
    private final class MessageSound {
        let pieces: SPSCRing<[Int16]>
        private let ends: SPSCRing<Bool>
        private let work: Background<Result>
        private var found: Result?

        enum Result: Sendable {
            /// All of it was opened and decoded; with the figures of a trial.
            case whole(figures: String)
            case damaged
            case failed(Fault)
        }

        init(
            _ message: KeptMessage, _ entries: [UInt8]?, _ subject: Subject, _ files: MessageFiles
        ) {
            let pieces = SPSCRing<[Int16]>(capacity: 2)
            let ends = SPSCRing<Bool>(capacity: 1)
            (self.pieces, self.ends) = (pieces, ends)
            work = Background {
                var found = entries
                do throws(Fault) {
                    if found == nil { found = try files.entries(of: message) }
                } catch { return .failed(error) }
                guard let found, let track = Self.track(found.span) else { return .damaged }
                var trial: HearTrial.Outcome?
                if case .trial(let chosen) = subject {
                    trial = chosen.carry(found.span)
                    if trial == nil { return .damaged }
                }
                let end = trial?.sound.count ?? track.end
                for start in stride(from: 0, to: end, by: MessagePlayer.pieceSamples) {
                    var piece = [Int16](
                        repeating: 0, count: min(end - start, MessagePlayer.pieceSamples))
                    var room = piece.mutableSpan
                    if let trial {
                        for place in room.indices { room[place] = trial.sound[start + place] }
                    } else {
                        track.render(into: &room)
                    }
                    // A speaker that plays takes a piece every two seconds.
                    let last = Clock.now() + .seconds(5)
                    var waiting = pieces.push(piece)
                    while let again = waiting {
                        guard ends.pop() == nil, Clock.now() < last else {
                            return .failed(Fault("messages", "the speaker stands still"))
                        }
                        Clock.sleep(.milliseconds(20))
                        waiting = pieces.push(again)
                    }
                }
                return .whole(figures: trial?.figures ?? "")
            }
        }

        /// The result of the work; nil while the thread works.
        var result: Result? {
            found = found ?? work.take()
            return found
        }

        /// Ends the work: its pieces are not wanted any more.
        func end() { _ = ends.push(true) }

        private static func track(_ entries: Span<UInt8>) -> RecordedTrack? {
            guard let track = try? RecordedTrack() else { return nil }
            var place = 0
            while let entry = RecordingEntry(parsing: entries, at: place) {
                track.add(entries.extracting(entry.content), at: entry.milliseconds)
                place = entry.content.upperBound
            }
            return track
        }
    }
}

internal import Audio
internal import Media
internal import Peering
internal import Station
internal import Time
internal import Wire

/// A message that is being spoken, or read from a program, until it is sealed.
struct SpokenMessage {
    enum Source: Equatable {
        /// The microphone; whether it has opened.
        case microphone(isOpen: Bool)
        /// A program that sends packets; the bytes that are still to come.
        case program(left: Int)
    }

    /// The microphone opens within this time, if it does; a program that sends nothing for so long
    /// is gone.
    private static let patience = Duration.seconds(3)
    private static let perMs = PCM.sampleRate / 1_000

    let peer: Int
    let name: String
    let caller: CallerTicket?
    /// In milliseconds since 1970.
    let start: Int
    var source: Source
    var movedAt: Instant
    private(set) var entries: [UInt8] = []
    private var first: Int?
    private(set) var milliseconds = 0

    init(
        to peer: Int, _ name: String, for caller: CallerTicket?, _ source: Source, wall: Int,
        at now: Instant
    ) {
        (self.peer, self.name, self.caller) = (peer, name, caller)
        (start, self.source, movedAt) = (max(0, wall), source, now)
    }

    var isOfMicrophone: Bool { if case .microphone = source { true } else { false } }

    var isFull: Bool { entries.count > SealedMessage.entriesMax - 1_024 }

    /// Whether nothing has come of its source for too long.
    func isLate(at now: Instant) -> Bool {
        source != .microphone(isOpen: true) && now - movedAt >= Self.patience
    }

    func deadline(at now: Instant) -> Instant { now + .milliseconds(20) }

    /// Takes a packet of the microphone.
    mutating func take(_ packet: KeptPacket) {
        guard !isFull else { return }
        let begin = first ?? packet.place
        first = begin
        let bytes = packet.bytes.span.extracting(first: packet.count)
        let samples = max(0, packet.place - begin)
        RecordingEntry.append(
            bytes, source: packet.talker, at: UInt32(clamping: samples / Self.perMs), to: &entries)
        milliseconds = (samples + (OpusDecoder.sampleCount(of: bytes) ?? 0)) / Self.perMs
    }

    /// Takes bytes of a program.
    mutating func take(_ bytes: Span<UInt8>, at now: Instant) {
        guard case .program(let left) = source else { return }
        for place in bytes.indices { entries.append(bytes[place]) }
        (source, movedAt) = (.program(left: left - bytes.count), now)
    }

    /// Works out how long what a program has sent lasts; false where it is no sound.
    mutating func measure() -> Bool {
        guard let found = Self.milliseconds(of: entries.span) else { return false }
        milliseconds = found
        return true
    }

    /// How long entries last; nil where they are not the packets of one talker in their order, or
    /// too many.
    static func milliseconds(of entries: Span<UInt8>) -> Int? {
        var (place, end) = (0, 0)
        while let entry = RecordingEntry(parsing: entries, at: place) {
            let packet = entries.extracting(entry.content)
            let begin = Int(entry.milliseconds)
            // Times are rounded down.
            guard entry.source == 0, packet.count <= PCM.payloadMax, begin >= end - 1,
                let samples = OpusDecoder.sampleCount(of: packet), samples <= 960
            else { return nil }
            end = begin + (samples + perMs - 1) / perMs
            place = entry.content.upperBound
        }
        let isWhole = place == entries.count && end > 0
        return isWhole && end <= SealedMessage.secondsMax * 1_000 + 1_000 ? end : nil
    }
}

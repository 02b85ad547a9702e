/// Whether both directions sound at once, and whether the echo is taken out: what `[audio]` wishes,
/// as far as the clocks of the cards allow it.
public struct HandsFree: Equatable, Sendable {
    public let cancelsEcho: Bool
    /// Whether the speaker is held down while talking; `auto` does so where no echo is cancelled.
    public let isHalfDuplex: Bool
    /// "off", "on", or "refused" without one clock for both sides.
    public let echoState: String
    /// Why it is half or full duplex, in a few words.
    public let duplexReason: String

    /// - Parameters:
    ///   - audio: What is wished.
    ///   - clocksApart: Why microphone and speaker do not run by one clock; nil when they do, and
    ///     while nobody can say because they are not both open.
    public init(_ audio: Config.Audio, clocksApart: String?) {
        let isWanted = audio.wishesEchoGone
        cancelsEcho = isWanted && clocksApart == nil
        isHalfDuplex = audio.duplex == .half || audio.duplex == .auto && !cancelsEcho
        echoState = cancelsEcho ? "on" : isWanted ? "refused" : "off"
        if isWanted, let clocksApart {
            duplexReason = audio.duplex == .auto ? clocksApart : "as set; \(clocksApart)"
        } else if audio.duplex != .auto {
            duplexReason = "as set"
        } else if cancelsEcho {
            duplexReason = "the echo is cancelled"
        } else {
            duplexReason = audio.echo == .off ? "echo = off" : "it has only one direction"
        }
    }
}

extension Config.Audio {
    /// Whether the speaker is to be taken out of the microphone's sound, if that can be done.
    public var wishesEchoGone: Bool {
        guard input != .none, output != .none else { return false }
        return echo == .on || echo == .auto && duplex != .half
    }
}

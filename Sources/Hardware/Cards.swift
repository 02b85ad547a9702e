package import Config
package import HAL
package import Media
internal import Realtime
internal import Settings
package import Time

/// Opens the sound cards, and opens them again whenever they are gone.
///
/// All of it on the control thread: opening a card takes long. The open PCM goes to the media loop
/// by ring, and comes back by ring when it failed.
package struct Cards {
    package struct Side {
        package var name: DeviceName
        package var error: PCMError?
        /// The open device, as `status` names it: with the card that was chosen for `auto`.
        package var device: String?
        package var granted: PCMParameters?
        /// What stands between us and the card, while it is open.
        package var route: PCMRoute?
        var backoff = Backoff()
        /// Whether the same complaint has been logged already.
        package var isReported = false
        /// The media loop was asked to hand it back: until it is, it cannot be opened.
        package var isLeaving = false
        /// It stood still, and is closed for the moment that it takes to open it again.
        package var isReopening = false

        /// What the card's mixer is to be set to, and what came of it when the card was opened.
        package var mixerChange: CardControl.Change?
        package var control: CardControl?

        package var isWanted: Bool { name != .none }
        package var isOpen: Bool { granted != nil }
        package var shown: String { device ?? name.description }
    }

    package enum Change {
        case opened(String, PCMParameters)
        case failed(PCMError)
    }

    private var wanted: PCMParameters.Wanted
    package var input: Side
    package var output: Side

    package init(_ config: Config.Audio) {
        wanted = Self.wanted(config)
        input = Side(
            name: config.input, mixerChange: Self.change(config.mixerInput, config.micVolume))
        output = Side(
            name: config.output, mixerChange: Self.change(config.mixerOutput, config.volume))
    }

    private static func change(
        _ name: String?, _ volume: Config.Audio.Volume
    ) -> CardControl.Change? {
        switch volume {
        case .keep: nil
        case .mute: CardControl.Change(name: name, percent: nil, isMuted: true)
        case .percent(let percent): CardControl.Change(name: name, percent: percent, isMuted: false)
        }
    }

    private static func wanted(_ config: Config.Audio) -> PCMParameters.Wanted {
        PCMParameters.Wanted(periodSamples: config.periodSamples, periods: config.periods)
    }

    /// Other settings: a card that is used otherwise is given up, to be opened again.
    package mutating func configure(_ config: Config.Audio, _ rings: Rings) {
        let isOther = wanted != Self.wanted(config)
        wanted = Self.wanted(config)
        let inputChange = Self.change(config.mixerInput, config.micVolume)
        let outputChange = Self.change(config.mixerOutput, config.volume)
        Self.configure(&input, .capture, config.input, inputChange, isOther: isOther, rings)
        Self.configure(&output, .playback, config.output, outputChange, isOther: isOther, rings)
    }

    private static func configure(
        _ side: inout Side, _ direction: PCMError.Direction, _ name: DeviceName,
        _ mixerChange: CardControl.Change?, isOther: Bool, _ rings: Rings
    ) {
        if isOther || side.name != name {
            rings.tell(.giveUp(direction))
            side = Side(
                name: name, isLeaving: side.isOpen || side.isLeaving, mixerChange: mixerChange)
        } else if side.mixerChange != mixerChange {
            side.mixerChange = mixerChange
            mix(&side, direction)
        }
    }

    /// Sets the mixer of an open card as the settings have it.
    private static func mix(_ side: inout Side, _ direction: PCMError.Direction) {
        side.control = nil
        guard side.isOpen, let mixerChange = side.mixerChange, let name = side.name.pcm else {
            return
        }
        side.control = CardControl.set(mixerChange, of: name, direction)
    }

    /// The media loop has given a card up, as it was asked to.
    package mutating func gaveUp(_ direction: PCMError.Direction) {
        switch direction {
        case .capture: input.isLeaving = false
        case .playback: output.isLeaving = false
        }
    }

    /// Opens what is wanted, not open and due, and gives it to the media loop.
    package mutating func tick(
        at now: Instant, _ rings: Rings, _ watchdog: inout Watchdog, _ report: (Change) -> Void
    ) {
        let wasComplete = isComplete
        let begin = Clock.now()
        if let name = Self.due(input, at: now) {
            watchdog.feed(rings.counters)
            do throws(PCMError) {
                let pcm = try CapturePCM(name: name, wanted: wanted)
                input.device = pcm.device
                let (granted, route) = (pcm.granted, pcm.route)
                rings.tell(.capture(pcm))
                Self.opened(&input, granted, route, since: begin, report)
                watchdog.feed(rings.counters)
                Self.mix(&input, .capture)
            } catch { Self.failed(&input, error, since: begin, report) }
        }
        // One that took long is followed by all else that the loop has to do.
        let middle = Clock.now()
        if middle - begin < Backoff.slow, let name = Self.due(output, at: now) {
            watchdog.feed(rings.counters)
            do throws(PCMError) {
                let pcm = try PlaybackPCM(name: name, wanted: wanted)
                output.device = pcm.device
                let (granted, route) = (pcm.granted, pcm.route)
                rings.tell(.playback(pcm))
                Self.opened(&output, granted, route, since: middle, report)
                watchdog.feed(rings.counters)
                Self.mix(&output, .playback)
            } catch { Self.failed(&output, error, since: middle, report) }
        }
        // Until then it is kept for the next attempt.
        if isComplete, !wasComplete { PCMCard.forgetSettings() }
    }

    /// The media loop lost a card in use.
    package mutating func lost(_ direction: PCMError.Direction, _ error: PCMError, at now: Instant)
    {
        switch direction {
        case .capture: Self.lost(&input, error, at: now)
        case .playback: Self.lost(&output, error, at: now)
        }
    }

    private static func lost(_ side: inout Side, _ error: PCMError, at now: Instant) {
        // Its failing is no news of the one that is to follow it.
        guard !side.isLeaving else { return }
        side.granted = nil
        side.error = error
        side.backoff.lost(at: now)
        side.isReported = true
    }

    /// The media loop handed a stream back that stood still: it is opened again at once, for most
    /// cards that hang go on then.
    package mutating func reopen(_ direction: PCMError.Direction, at now: Instant) {
        switch direction {
        case .capture: Self.reopen(&input, at: now)
        case .playback: Self.reopen(&output, at: now)
        }
    }

    private static func reopen(_ side: inout Side, at now: Instant) {
        guard !side.isLeaving else { return }
        side.granted = nil
        side.isReopening = true
        side.backoff.skip(at: now)
    }

    /// The media loop has handed a card back; if it counts as open, why went unheard.
    package static func returned(_ side: inout Side, at now: Instant) {
        side.isLeaving = false
        guard side.isOpen else { return }
        side.granted = nil
        side.backoff.lost(at: now)
    }

    private var isComplete: Bool { deadline == nil }

    /// When the next attempt is due; nil when all is open.
    package var deadline: Instant? {
        let sides = [input, output].filter { $0.isWanted && !$0.isOpen && !$0.isLeaving }
        return sides.map { $0.backoff.due }.min()
    }

    private static func due(_ side: Side, at now: Instant) -> PCMName? {
        guard !side.isOpen, !side.isLeaving, side.backoff.isDue(at: now) else { return nil }
        return side.name.pcm
    }

    private static func opened(
        _ side: inout Side, _ granted: PCMParameters, _ route: PCMRoute, since begin: Instant,
        _ report: (Change) -> Void
    ) {
        let now = Clock.now()
        side.backoff.attempted(now - begin)
        side.granted = granted
        side.route = route
        side.error = nil
        side.isReported = false
        side.backoff.succeeded(at: now)
        // Whether it moves now is for the media loop to say.
        if !side.isReopening { report(.opened(side.shown, granted)) }
        side.isReopening = false
    }

    private static func failed(
        _ side: inout Side, _ error: PCMError, since begin: Instant, _ report: (Change) -> Void
    ) {
        let now = Clock.now()
        side.backoff.attempted(now - begin)
        side.backoff.failed(at: now)
        let isNews = !side.isReported || side.error != error
        side.error = error
        side.isReported = true
        side.isReopening = false
        if isNews { report(.failed(error)) }
    }
}

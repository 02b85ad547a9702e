package import Config
internal import Files
package import HAL
internal import Realtime
package import Time

/// Opens the sound cards, and opens them again whenever they are gone.
///
/// A card may take seconds to open and to close, so each has a thread of its own for that. The open
/// PCM goes to the media loop by ring, and comes back by ring when it failed.
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

        fileprivate var opening: Background<Opened>?
        /// The settings have changed since that began: what it opens is closed again.
        fileprivate var isOpeningFormer = false
        fileprivate var closing: Background<Bool>?
        fileprivate var mixing: Background<CardControl?>?

        package init(name: DeviceName = .none, mixerChange: CardControl.Change? = nil) {
            (self.name, self.mixerChange) = (name, mixerChange)
        }

        package var isWanted: Bool { name != .none }
        package var isOpen: Bool { granted != nil }
        /// Whether it can be opened: it is not open, and nothing is under way.
        fileprivate var isIdle: Bool {
            !isOpen && !isLeaving && opening == nil && closing == nil
        }
        package var shown: String { device ?? name.description }
    }

    /// The outcome of an attempt.
    fileprivate enum Opened: ~Copyable {
        case capture(CapturePCM)
        case playback(PlaybackPCM)
        case failed(PCMError)
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
            let former = side
            side = Side(name: name, mixerChange: mixerChange)
            side.isLeaving = former.isOpen || former.isLeaving
            (side.opening, side.isOpeningFormer) = (former.opening, former.opening != nil)
            side.closing = former.closing
        } else if side.mixerChange != mixerChange {
            side.mixerChange = mixerChange
            mix(&side, direction)
        }
    }

    /// Sets the mixer of an open card as the settings have it.
    private static func mix(_ side: inout Side, _ direction: PCMError.Direction) {
        side.control = nil
        side.mixing = nil
        guard side.isOpen, let change = side.mixerChange, let name = side.name.pcm else { return }
        side.mixing = Background { CardControl.set(change, of: name, direction) }
    }

    /// Sets a mixer again that is not as it was set when the card was opened a moment ago.
    ///
    /// Services restore former volumes when a card comes; who turns it later is a person.
    mutating func set(_ found: CardControl, _ direction: PCMError.Direction, at now: Instant) {
        let side = self[direction]
        guard side.mixing == nil, let wanted = side.control, wanted != found,
            !side.backoff.isSettled(at: now)
        else { return }
        Self.mix(&self[direction], direction)
    }

    /// The media loop has given a card up, as it was asked to.
    package mutating func gaveUp(_ direction: PCMError.Direction) {
        self[direction].isLeaving = false
    }

    private subscript(direction: PCMError.Direction) -> Side {
        get { direction == .capture ? input : output }
        set {
            switch direction {
            case .capture: input = newValue
            case .playback: output = newValue
            }
        }
    }

    /// Opens what is wanted, not open and due, and gives it to the media loop.
    ///
    /// - Returns: What opened, or cannot be opened for a reason not told yet.
    package mutating func tick(at now: Instant, _ rings: Rings) -> [Change] {
        var changes: [Change] = []
        let wasComplete = isComplete
        Self.follow(&input, .capture, at: now, rings) { changes.append($0) }
        Self.follow(&output, .playback, at: now, rings) { changes.append($0) }
        if let name = Self.due(input, at: now) {
            input.opening = Background { [wanted] in
                do throws(PCMError) {
                    return .capture(try CapturePCM(name: name, wanted: wanted))
                } catch { return .failed(error) }
            }
        }
        if let name = Self.due(output, at: now) {
            output.opening = Background { [wanted] in
                do throws(PCMError) {
                    return .playback(try PlaybackPCM(name: name, wanted: wanted))
                } catch { return .failed(error) }
            }
        }
        // Until then it is kept for the next attempt.
        if isComplete, !wasComplete { PCMCard.forgetSettings() }
        return changes
    }

    /// Takes what has become of the work on a card.
    private static func follow(
        _ side: inout Side, _ direction: PCMError.Direction, at now: Instant, _ rings: Rings,
        _ report: (Change) -> Void
    ) {
        if side.closing?.take() != nil { side.closing = nil }
        if let control = side.mixing?.take() {
            side.control = control
            side.mixing = nil
        }
        guard let opening = side.opening else { return }
        guard let opened = opening.take() else {
            guard !side.isOpeningFormer, opening.isLate(at: now) else { return }
            let device = side.name.description
            return failed(
                &side, PCMError(device: device, direction: direction, reason: .silent), report)
        }
        side.opening = nil
        guard !side.isOpeningFormer else {
            side.isOpeningFormer = false
            side.closing = Background(ending: opened)
            return
        }
        switch consume opened {
        case .capture(let pcm):
            let (device, granted, route) = (pcm.device, pcm.granted, pcm.route)
            rings.tell(.capture(pcm))
            Self.opened(&side, device, granted, route, direction, at: now, report)
        case .playback(let pcm):
            let (device, granted, route) = (pcm.device, pcm.granted, pcm.route)
            rings.tell(.playback(pcm))
            Self.opened(&side, device, granted, route, direction, at: now, report)
        case .failed(let error):
            side.backoff.failed(at: now)
            side.isReopening = false
            failed(&side, error, report)
        }
    }

    /// The media loop lost a card in use.
    package mutating func lost(_ direction: PCMError.Direction, _ error: PCMError, at now: Instant)
    {
        // Its failing is no news of the one that is to follow it.
        guard !self[direction].isLeaving else { return }
        self[direction].granted = nil
        self[direction].error = error
        self[direction].backoff.lost(at: now)
        self[direction].isReported = true
    }

    /// The media loop handed a stream back that stood still: it is opened again at once, for most
    /// cards that hang go on then.
    package mutating func reopen(_ direction: PCMError.Direction, at now: Instant) {
        guard !self[direction].isLeaving else { return }
        self[direction].granted = nil
        self[direction].isReopening = true
        self[direction].backoff.skip(at: now)
    }

    /// Closes a card that the media loop has handed back; if it counts as open, why went unheard.
    package mutating func close(_ pcm: consuming CapturePCM, at now: Instant) {
        Self.close(&input, Background(ending: pcm), at: now)
    }

    package mutating func close(_ pcm: consuming PlaybackPCM, at now: Instant) {
        Self.close(&output, Background(ending: pcm), at: now)
    }

    private static func close(_ side: inout Side, _ closing: Background<Bool>, at now: Instant) {
        side.closing = closing
        side.isLeaving = false
        guard side.isOpen else { return }
        side.granted = nil
        side.backoff.lost(at: now)
    }

    /// Waits until what is being closed is closed, so long at most.
    package func awaitClosing(within limit: Duration) {
        let end = Clock.now() + limit
        for side in [input, output] { _ = side.closing?.take(within: end - Clock.now()) }
    }

    private var isComplete: Bool {
        ![input, output].contains { $0.isWanted && !$0.isOpen && !$0.isLeaving }
    }

    /// When to look after the work on the cards, or to try the next time; nil when all is open.
    package func deadline(at now: Instant) -> Instant? {
        let sides = [input, output].filter { $0.isWanted && $0.isIdle }
        return (sides.map { $0.backoff.due } + [work(at: now)].compactMap { $0 }).min()
    }

    /// When to look whether the work on a card is done; nil where there is none.
    package func work(at now: Instant) -> Instant? {
        [input, output].flatMap {
            [$0.opening?.look(at: now), $0.closing?.look(at: now), $0.mixing?.look(at: now)]
        }.compactMap { $0 }.min()
    }

    private static func due(_ side: Side, at now: Instant) -> PCMName? {
        side.isIdle && side.backoff.isDue(at: now) ? side.name.pcm : nil
    }

    private static func opened(
        _ side: inout Side, _ device: String, _ granted: PCMParameters, _ route: PCMRoute,
        _ direction: PCMError.Direction, at now: Instant, _ report: (Change) -> Void
    ) {
        side.device = device
        side.granted = granted
        side.route = route
        side.error = nil
        side.isReported = false
        side.backoff.succeeded(at: now)
        // Whether it moves now is for the media loop to say.
        if !side.isReopening { report(.opened(side.shown, granted)) }
        side.isReopening = false
        mix(&side, direction)
    }

    private static func failed(
        _ side: inout Side, _ error: PCMError, _ report: (Change) -> Void
    ) {
        let isNews = !side.isReported || side.error != error
        side.error = error
        side.isReported = true
        if isNews { report(.failed(error)) }
    }
}

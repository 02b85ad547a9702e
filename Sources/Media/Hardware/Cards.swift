package import Config
internal import Files
package import HAL
internal import Realtime
package import Time

/// Opens the sound cards, and opens them again when they are gone.
///
/// A card may take seconds to open and to close, so each has a thread for that. The open PCM goes
/// to the media loop through a ring buffer, and comes back through another when it fails.
package struct Cards {
    package struct Side {
        let direction: PCMError.Direction
        package var name: DeviceName
        package var error: PCMError?
        /// The open device, as `status` names it: for `auto`, with the card chosen.
        package var device: String?
        package var granted: PCMParameters?
        /// The way from this program to the card, while it is open.
        package var route: PCMRoute?
        var backoff = Backoff()
        /// Whether this failure has been logged already.
        package var isReported = false
        /// Whether the media loop must still hand it back; until then it cannot be opened.
        package var isLeaving = false
        /// Whether it stood still, and is closed only to be opened again.
        package var isReopening = false

        /// The wanted setting of the card's mixer, and the control as set when the card opened.
        package var mixerChange: CardControl.Change?
        package var control: CardControl?

        fileprivate var opening: Background<Opened>?
        /// Whether the settings have changed since `opening` began: its card is closed again.
        fileprivate var isOpeningFormer = false
        fileprivate var closing: Background<Bool>?
        fileprivate var mixing: Background<CardControl?>?

        package init(
            direction: PCMError.Direction, name: DeviceName = .none,
            mixerChange: CardControl.Change? = nil
        ) {
            self.direction = direction
            (self.name, self.mixerChange) = (name, mixerChange)
        }

        package var isWanted: Bool { name != .none }
        package var isOpen: Bool { granted != nil }
        /// Whether the card can be opened: it is closed, and no work on it is under way.
        fileprivate var isIdle: Bool {
            !isOpen && !isLeaving && opening == nil && closing == nil
        }
        package var shown: String { device ?? name.description }
    }

    /// The outcome of an attempt.
    fileprivate enum Opened: ~Copyable {
        case opened(PCMDevice)
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
            direction: .capture, name: config.input,
            mixerChange: Self.change(config.mixerInput, config.micVolume))
        output = Side(
            direction: .playback, name: config.output,
            mixerChange: Self.change(config.mixerOutput, config.volume))
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

    /// Takes over other settings: a card with other settings is given up, to be opened again.
    package mutating func configure(_ config: Config.Audio, _ rings: Rings) {
        let isOther = wanted != Self.wanted(config)
        wanted = Self.wanted(config)
        input.configure(
            config.input, Self.change(config.mixerInput, config.micVolume), isOther: isOther, rings)
        output.configure(
            config.output, Self.change(config.mixerOutput, config.volume), isOther: isOther, rings)
    }

    /// Sets a mixer again if it changed soon after its card opened.
    ///
    /// Services restore former volumes when a card comes; a later change is a person's.
    mutating func set(_ found: CardControl, _ direction: PCMError.Direction, at now: Instant) {
        let side = self[direction]
        guard side.mixing == nil, let wanted = side.control, wanted != found,
            !side.backoff.isSettled(at: now)
        else { return }
        self[direction].mix()
    }

    /// Notes that the media loop has given up a card, as requested.
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

    /// Opens the wanted cards that are closed and due, and gives them to the media loop.
    ///
    /// - Returns: Cards that opened, and new failures.
    package mutating func tick(at now: Instant, _ rings: Rings) -> [Change] {
        var changes: [Change] = []
        let wasComplete = isComplete
        for direction in [PCMError.Direction.capture, .playback] {
            if let change = self[direction].collect(at: now, rings) { changes.append(change) }
        }
        for direction in [PCMError.Direction.capture, .playback] {
            guard let name = self[direction].nameDue(at: now) else { continue }
            self[direction].opening = Background { [wanted] in
                do throws(PCMError) {
                    return .opened(try PCMDevice(direction, name: name, wanted: wanted))
                } catch { return .failed(error) }
            }
        }
        // ALSA's settings are kept for the next attempt until all cards are open.
        if isComplete, !wasComplete { PCMCard.forgetSettings() }
        return changes
    }

    /// Notes that the media loop lost a card in use.
    package mutating func lost(_ direction: PCMError.Direction, _ error: PCMError, at now: Instant)
    {
        // The failure is of the card that is leaving, not of the next one.
        guard !self[direction].isLeaving else { return }
        self[direction].granted = nil
        self[direction].error = error
        self[direction].backoff.lost(at: now)
        self[direction].isReported = true
    }

    /// Reopens at once a stream that stood still: that helps with most cards that hang.
    package mutating func reopen(_ direction: PCMError.Direction, at now: Instant) {
        guard !self[direction].isLeaving else { return }
        self[direction].granted = nil
        self[direction].isReopening = true
        self[direction].backoff.skip(at: now)
    }

    /// Closes a card that the media loop handed back; retries it if the event of its loss was lost.
    package mutating func close(_ pcm: consuming PCMDevice, at now: Instant) {
        let direction = pcm.direction
        self[direction].closing = Background(ending: pcm)
        self[direction].isLeaving = false
        guard self[direction].isOpen else { return }
        self[direction].granted = nil
        self[direction].backoff.lost(at: now)
    }

    /// Waits, at most this long, until the cards being closed are closed.
    package func awaitClosing(within limit: Duration) {
        let end = Clock.now() + limit
        for side in [input, output] { _ = side.closing?.take(within: end - Clock.now()) }
    }

    private var isComplete: Bool {
        ![input, output].contains { $0.isWanted && !$0.isOpen && !$0.isLeaving }
    }

    /// When to look after the work on the cards, or to try again; nil when all are open.
    package func deadline(at now: Instant) -> Instant? {
        let sides = [input, output].filter { $0.isWanted && $0.isIdle }
        return (sides.map { $0.backoff.due } + [work(at: now)].compactMap { $0 }).min()
    }

    /// When to check whether the work on a card is done; nil without work.
    package func work(at now: Instant) -> Instant? {
        [input, output].flatMap {
            [$0.opening?.look(at: now), $0.closing?.look(at: now), $0.mixing?.look(at: now)]
        }.compactMap { $0 }.min()
    }
}

extension Cards.Side {
    fileprivate mutating func configure(
        _ name: DeviceName, _ mixerChange: CardControl.Change?, isOther: Bool, _ rings: Rings
    ) {
        if isOther || self.name != name {
            rings.tell(.giveUp(direction))
            let former = self
            self = Self(direction: direction, name: name, mixerChange: mixerChange)
            isLeaving = former.isOpen || former.isLeaving
            (opening, isOpeningFormer) = (former.opening, former.opening != nil)
            closing = former.closing
        } else if self.mixerChange != mixerChange {
            self.mixerChange = mixerChange
            mix()
        }
    }

    /// Sets the mixer of an open card by the settings.
    fileprivate mutating func mix() {
        control = nil
        mixing = nil
        guard isOpen, let change = mixerChange, let name = name.pcm else { return }
        mixing = Background { [direction] in CardControl.set(change, of: name, direction) }
    }

    fileprivate func nameDue(at now: Instant) -> PCMName? {
        isIdle && backoff.isDue(at: now) ? name.pcm : nil
    }

    /// Takes the results of the work on the card.
    ///
    /// - Returns: A card that opened, or a new failure.
    fileprivate mutating func collect(at now: Instant, _ rings: Rings) -> Cards.Change? {
        if closing?.take() != nil { closing = nil }
        if let control = mixing?.take() {
            self.control = control
            mixing = nil
        }
        guard let opening else { return nil }
        guard let opened = opening.take() else {
            guard !isOpeningFormer, opening.isLate(at: now) else { return nil }
            return failed(
                PCMError(device: name.description, direction: direction, reason: .silent))
        }
        self.opening = nil
        guard !isOpeningFormer else {
            isOpeningFormer = false
            closing = Background(ending: opened)
            return nil
        }
        switch consume opened {
        case .opened(let pcm):
            let granted = pcm.granted
            (device, route) = (pcm.device, pcm.route)
            rings.tell(.card(pcm))
            return self.opened(granted, at: now)
        case .failed(let error):
            backoff.failed(at: now)
            isReopening = false
            return failed(error)
        }
    }

    private mutating func opened(_ granted: PCMParameters, at now: Instant) -> Cards.Change? {
        self.granted = granted
        error = nil
        isReported = false
        backoff.succeeded(at: now)
        mix()
        // The media loop reports whether a reopened card moves sound.
        defer { isReopening = false }
        return isReopening ? nil : .opened(shown, granted)
    }

    private mutating func failed(_ error: PCMError) -> Cards.Change? {
        let isNews = !isReported || self.error != error
        self.error = error
        isReported = true
        return isNews ? .failed(error) : nil
    }
}

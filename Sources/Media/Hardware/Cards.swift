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
        let direction: PCMError.Direction
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

        package init(
            direction: PCMError.Direction, name: DeviceName = .none,
            mixerChange: CardControl.Change? = nil
        ) {
            self.direction = direction
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

    /// Other settings: a card that is used otherwise is given up, to be opened again.
    package mutating func configure(_ config: Config.Audio, _ rings: Rings) {
        let isOther = wanted != Self.wanted(config)
        wanted = Self.wanted(config)
        input.configure(
            config.input, Self.change(config.mixerInput, config.micVolume), isOther: isOther, rings)
        output.configure(
            config.output, Self.change(config.mixerOutput, config.volume), isOther: isOther, rings)
    }

    /// Sets a mixer again that is not as it was set when the card was opened a moment ago.
    ///
    /// Services restore former volumes when a card comes; who turns it later is a person.
    mutating func set(_ found: CardControl, _ direction: PCMError.Direction, at now: Instant) {
        let side = self[direction]
        guard side.mixing == nil, let wanted = side.control, wanted != found,
            !side.backoff.isSettled(at: now)
        else { return }
        self[direction].mix()
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
        // Until then it is kept for the next attempt.
        if isComplete, !wasComplete { PCMCard.forgetSettings() }
        return changes
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
    package mutating func close(_ pcm: consuming PCMDevice, at now: Instant) {
        let direction = pcm.direction
        self[direction].closing = Background(ending: pcm)
        self[direction].isLeaving = false
        guard self[direction].isOpen else { return }
        self[direction].granted = nil
        self[direction].backoff.lost(at: now)
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

    /// Sets the mixer of an open card as the settings have it.
    fileprivate mutating func mix() {
        control = nil
        mixing = nil
        guard isOpen, let change = mixerChange, let name = name.pcm else { return }
        mixing = Background { [direction] in CardControl.set(change, of: name, direction) }
    }

    fileprivate func nameDue(at now: Instant) -> PCMName? {
        isIdle && backoff.isDue(at: now) ? name.pcm : nil
    }

    /// Takes what has become of the work on the card.
    ///
    /// - Returns: That it opened, or cannot be opened for a reason not told yet.
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
        // Whether it moves now is for the media loop to say.
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

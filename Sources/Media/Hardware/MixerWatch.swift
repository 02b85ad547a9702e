internal import Config
internal import Files
internal import HAL
internal import Time

/// What a card's mixer lets through in one direction, followed while the card is open.
///
/// Anybody may turn it down, by another program or a knob, while this station goes on.
struct MixerWatch: ~Copyable {
    /// A card without a mixer is not asked for one every second.
    private static let retry = Duration.seconds(30)

    private let direction: PCMError.Direction
    private var mixer: CardMixer?
    private var device: DeviceName?
    private var due = Instant(nanoseconds: .min)
    private var opening: Background<CardMixer?>?
    /// The control that the settings set, as it is now.
    private(set) var chosen: CardControl?

    init(_ direction: PCMError.Direction) { self.direction = direction }

    /// Looks again, once a second.
    ///
    /// - Returns: the control that lets nothing through; nil where none does.
    mutating func look(_ side: Cards.Side, _ control: String?, at now: Instant) -> CardControl? {
        chosen = nil
        guard side.isOpen, let name = side.name.pcm else {
            mixer = nil
            opening = nil
            device = nil
            return nil
        }
        if device != side.name {
            mixer = nil
            opening = nil
            device = side.name
            due = now
        }
        open(name, at: now)
        guard let controls = controls() else {
            mixer = nil
            return nil
        }
        chosen = CardControl.chosen(among: controls, control, direction)
        return CardControl.silencing(controls, control, direction)
    }

    private mutating func open(_ name: PCMName, at now: Instant) {
        if let opened = opening?.take() {
            opening = nil
            mixer = consume opened
            PCMCard.forgetSettings()
        }
        if mixer != nil || opening != nil || now < due { return }
        due = now + Self.retry
        opening = Background { [direction] in CardMixer(of: name, direction) }
    }

    private borrowing func controls() -> [CardControl]? {
        switch mixer {
        case .some(let mixer): mixer.controls(direction)
        case .none: nil
        }
    }
}

internal import CALSA

/// A control of a card's mixer as `amixer` and `alsamixer` show it: a volume, a switch, or both.
///
/// These calls open and read devices: only for an ordinary thread.
public struct CardControl: Equatable, Sendable {
    public let name: String
    public let direction: PCMError.Direction
    /// Percent of the control's range, as amixer prints it; nil without a volume.
    public let percent: Int?
    /// Nil without a switch.
    public let isMuted: Bool?

    /// A change of a control; nil leaves a value as it is.
    public struct Change: Equatable, Sendable {
        /// Nil means the usual control for this direction.
        public let name: String?
        public let percent: Int?
        public let isMuted: Bool?

        public init(name: String?, percent: Int?, isMuted: Bool?) {
            self.name = name
            self.percent = percent
            self.isMuted = isMuted
        }
    }

    /// Names that drivers give to the main volume, best first.
    private static let usual: [PCMError.Direction: [String]] = [
        .playback: ["Master", "Speaker", "PCM", "Digital", "Headphone", "Line Out", "Playback"],
        .capture: ["Mic", "Capture", "Microphone", "Digital", "Line", "Input"],
    ]

    /// Returns the control of this name; without a name, the usual one.
    public static func chosen(
        among controls: [CardControl], _ name: String?, _ direction: PCMError.Direction
    ) -> CardControl? {
        if let name { return controls.first { $0.name == name } }
        for word in usual[direction] ?? [] {
            if let control = controls.first(where: { $0.name == word }) { return control }
        }
        return controls.count == 1 ? controls.first : nil
    }

    /// Returns a control that lets no sound through: the chosen one, or one that all sound of the
    /// direction passes; nil where none does.
    public static func silencing(
        _ controls: [CardControl], _ name: String?, _ direction: PCMError.Direction
    ) -> CardControl? {
        var path = controls.filter {
            passesAll[direction, default: []].contains($0.name) && $0.direction == direction
        }
        if let one = chosen(among: controls, name, direction) { path.insert(one, at: 0) }
        return path.first { $0.isSilent }
    }

    /// Controls that all sound passes; after these come single outputs and inputs, some of which
    /// may be off.
    private static let passesAll: [PCMError.Direction: [String]] = [
        .playback: ["Master", "PCM"], .capture: ["Capture"],
    ]

    /// Whether the control lets no sound through.
    public var isSilent: Bool { isMuted == true || percent == 0 }

    /// Makes the change.
    ///
    /// - Returns: The control afterwards; nil when no control has that name.
    public static func set(
        _ change: Change, of device: PCMName, _ direction: PCMError.Direction
    ) -> CardControl? {
        guard let mixer = CardMixer(of: device, direction) else { return nil }
        return mixer.set(change, direction)
    }
}

extension CardControl {
    init?(_ element: OpaquePointer, _ direction: PCMError.Direction) {
        let plays = direction == .playback
        let hasVolume =
            unsafe plays
            ? snd_mixer_selem_has_playback_volume(element) != 0
            : snd_mixer_selem_has_capture_volume(element) != 0
        let hasSwitch =
            unsafe plays
            ? snd_mixer_selem_has_playback_switch(element) != 0
            : snd_mixer_selem_has_capture_switch(element) != 0
        guard hasVolume || hasSwitch else { return nil }
        // SAFETY: alsa-lib's string lasts as long as the mixer, and is copied here.
        name = unsafe String(cString: snd_mixer_selem_get_name(element))
        self.direction = direction
        if hasVolume {
            let range = unsafe Self.range(of: element, direction)
            var value = 0
            _ =
                unsafe plays
                ? snd_mixer_selem_get_playback_volume(element, SND_MIXER_SCHN_MONO, &value)
                : snd_mixer_selem_get_capture_volume(element, SND_MIXER_SCHN_MONO, &value)
            let span = range.upperBound - range.lowerBound
            percent = span > 0 ? ((value - range.lowerBound) * 100 + span / 2) / span : 100
        } else {
            percent = nil
        }
        if hasSwitch {
            var isOn: Int32 = 1
            _ =
                unsafe plays
                ? snd_mixer_selem_get_playback_switch(element, SND_MIXER_SCHN_MONO, &isOn)
                : snd_mixer_selem_get_capture_switch(element, SND_MIXER_SCHN_MONO, &isOn)
            isMuted = isOn == 0
        } else {
            isMuted = nil
        }
    }

    private static func range(
        of element: OpaquePointer, _ direction: PCMError.Direction
    ) -> ClosedRange<Int> {
        var (least, most) = (0, 0)
        _ =
            unsafe direction == .playback
            ? snd_mixer_selem_get_playback_volume_range(element, &least, &most)
            : snd_mixer_selem_get_capture_volume_range(element, &least, &most)
        return least...max(least, most)
    }

    fileprivate static func apply(
        _ change: Change, to element: OpaquePointer, _ direction: PCMError.Direction
    ) {
        let plays = direction == .playback
        if let percent = change.percent {
            let range = unsafe range(of: element, direction)
            let span = range.upperBound - range.lowerBound
            let value = range.lowerBound + (span * max(0, min(100, percent)) + 50) / 100
            _ =
                unsafe plays
                ? snd_mixer_selem_set_playback_volume_all(element, value)
                : snd_mixer_selem_set_capture_volume_all(element, value)
        }
        if let isMuted = change.isMuted {
            let isOn: Int32 = isMuted ? 0 : 1
            _ =
                unsafe plays
                ? snd_mixer_selem_set_playback_switch_all(element, isOn)
                : snd_mixer_selem_set_capture_switch_all(element, isOn)
        }
    }
}

/// The mixer of a card, kept open to notice changes by other programs.
///
/// To open it is to read the whole configuration of alsa-lib; a later look costs only the kernel's
/// events since then. For an ordinary thread.
@safe public struct CardMixer: ~Copyable {
    private let mixer: OpaquePointer

    /// Nil where the device has no mixer.
    public init?(of device: PCMName, _ direction: PCMError.Direction) {
        guard let mixer = unsafe Self.open(of: device, direction) else { return nil }
        unsafe self.mixer = mixer
    }

    deinit { unsafe snd_mixer_close(mixer) }

    /// Returns the controls of one direction as they are now; nil when the card is gone.
    public borrowing func controls(_ direction: PCMError.Direction) -> [CardControl]? {
        guard unsafe snd_mixer_handle_events(mixer) >= 0 else { return nil }
        var found: [CardControl] = []
        unsafe eachElement { element in
            if let control = unsafe CardControl(element, direction) { found.append(control) }
        }
        return found
    }

    /// Changes a control, and returns its new state; nil when no control has that name.
    borrowing func set(
        _ change: CardControl.Change, _ direction: PCMError.Direction
    ) -> CardControl? {
        let controls = controls(direction) ?? []
        let target = CardControl.chosen(among: controls, change.name, direction)
        var result: CardControl?
        unsafe eachElement { element in
            guard result == nil, let target, let control = unsafe CardControl(element, direction),
                control.name == target.name
            else { return }
            unsafe CardControl.apply(change, to: element, direction)
            result = unsafe CardControl(element, direction)
        }
        return result
    }

    private borrowing func eachElement(_ body: (OpaquePointer) -> Void) {
        var element = unsafe snd_mixer_first_elem(mixer)
        while let one = unsafe element {
            unsafe body(one)
            unsafe element = snd_mixer_elem_next(one)
        }
    }

    private static func open(
        of device: PCMName, _ direction: PCMError.Direction
    ) -> OpaquePointer? {
        calsa_silence()
        let cards = PCMCard.all
        guard let device = device.resolved(among: cards, for: direction),
            let name = device.alsaName(of: device.card(among: cards))
        else { return nil }
        var opened: OpaquePointer?
        guard unsafe snd_mixer_open(&opened, 0) == 0, let mixer = unsafe opened else { return nil }
        guard unsafe snd_mixer_attach(mixer, name) == 0,
            unsafe snd_mixer_selem_register(mixer, nil, nil) == 0,
            unsafe snd_mixer_load(mixer) == 0
        else {
            unsafe snd_mixer_close(mixer)
            return nil
        }
        return unsafe mixer
    }
}

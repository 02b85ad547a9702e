/// A sound card that is open and moves no sound.
public enum Standstill {
    /// Advice for a person.
    public static let remedy =
        "unplug the card and plug it in again, or try another port or cable (sudo dmesg | tail)"
}

/// The longest time that a page lasts: its sender, its listeners and `intercomctl` end it then.
public enum PageLimit {
    public static let seconds = 60
    public static let time = Duration.seconds(seconds)
}

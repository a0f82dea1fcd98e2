namespace Continuity.Engine.Projects.Reading;

/// <summary>Where in a project a value stands, as far as that decides what to do with it.</summary>
internal enum Zone
{
    Root,
    Scenes,
    Scene,
    Timeline,
    Shots,
    Shot,
    Images,
    Image,
    Media,
    Settings,
    Keep,
    Skip,
}

/// <summary>The map of a project file: which values are media, which are kept, which are of no use.</summary>
internal static class Zones
{
    public static Zone OfProperty(Zone parent, string name) => (parent, name) switch
    {
        (Zone.Root, "scenes") => Zone.Scenes,
        (Zone.Root, "generatedImages" or "generatedShotImages") => Zone.Images,
        (Zone.Root, "localGenSettings") => Zone.Settings,
        (Zone.Root, "version" or "storyBible" or "directorsVision") => Zone.Keep,
        (Zone.Scene, "keyframeStart" or "keyframeEnd") => Zone.Media,
        (Zone.Scene, "timeline") => Zone.Timeline,
        (Zone.Timeline, "shots") => Zone.Shots,
        (Zone.Shot, "keyframeStart" or "keyframeEnd" or "generatedVideo") => Zone.Media,
        (Zone.Images, _) => Zone.Image,
        (Zone.Image, "start" or "end" or "current") => Zone.Media,
        (Zone.Settings, _) => Zone.Settings,
        (Zone.Scene or Zone.Timeline or Zone.Shot or Zone.Scenes or Zone.Shots or Zone.Keep, _) => Zone.Keep,
        _ => Zone.Skip,
    };

    public static Zone OfItem(Zone parent) => parent switch
    {
        Zone.Scenes => Zone.Scene,
        Zone.Shots => Zone.Shot,
        Zone.Settings => Zone.Settings,
        Zone.Scene or Zone.Timeline or Zone.Shot or Zone.Keep => Zone.Keep,
        _ => Zone.Skip,
    };

    /// <summary>The longest text that is kept, in bytes: workflows are long, everything else is written by hand.</summary>
    public static int MaxText(Zone zone) => zone == Zone.Settings ? 16 * 1024 * 1024 : 256 * 1024;
}

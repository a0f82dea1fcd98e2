using Continuity.Artifacts;
using Continuity.Engine.Projects;

namespace Continuity.Engine.Exports;

/// <summary>Finds the pictures that a project already has for a shot.</summary>
internal static class ShotPictures
{
    /// <summary>A picture of the shot itself.</summary>
    public static ArtifactRef? OwnStart(Project project, Shot shot) => project.ShotImages.GetValueOrDefault(shot.Id) ?? shot.KeyframeStart;

    /// <summary>A picture to start the shot from: its own, else the scene's.</summary>
    public static ArtifactRef? Start(Project project, Scene scene, Shot shot) =>
        OwnStart(project, shot) ?? project.SceneImages.GetValueOrDefault(scene.Id)?.Start ?? scene.KeyframeStart;

    /// <summary>A picture that the shot is to end at: its own, else for the last shot of a bookend scene the scene's.</summary>
    public static ArtifactRef? End(Project project, Scene scene, int index)
    {
        var shots = scene.Timeline!.Shots;
        var closesScene = scene.KeyframeMode == KeyframeMode.Bookend && index == shots.Length - 1;
        return shots[index].KeyframeEnd ?? (closesScene ? project.SceneImages.GetValueOrDefault(scene.Id)?.End ?? scene.KeyframeEnd : null);
    }
}
